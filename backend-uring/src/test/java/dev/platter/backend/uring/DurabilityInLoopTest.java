package dev.platter.backend.uring;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Durabilitys as {@link DurabilityTest}, of queues that share the ring of a loop. */
class DurabilityInLoopTest extends DurabilityTest {
    @BeforeEach
    void inLoop() {
        Disk.inLoop = true;
    }

    @AfterEach
    void byDescriptor() {
        Disk.inLoop = false;
    }
}
