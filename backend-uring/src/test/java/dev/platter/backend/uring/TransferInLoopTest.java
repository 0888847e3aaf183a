package dev.platter.backend.uring;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Transfers as {@link TransferTest}, of queues that share the ring of a loop. */
class TransferInLoopTest extends TransferTest {
    @BeforeEach
    void inLoop() {
        Disk.inLoop = true;
    }

    @AfterEach
    void byDescriptor() {
        Disk.inLoop = false;
    }
}
