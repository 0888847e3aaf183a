package dev.platter.backend.uring;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Concurrencys as {@link ConcurrencyTest}, of queues that share the ring of a loop. */
class ConcurrencyInLoopTest extends ConcurrencyTest {
    @BeforeEach
    void inLoop() {
        Disk.inLoop = true;
    }

    @AfterEach
    void byDescriptor() {
        Disk.inLoop = false;
    }
}
