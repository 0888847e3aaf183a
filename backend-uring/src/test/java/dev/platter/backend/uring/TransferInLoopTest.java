package dev.platter.backend.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.platter.api.block.CacheMode;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

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

    /** A queue in a loop stays with its owner, and says so. */
    @Test
    void itDoesNotChangeHands() throws Exception {
        try (Disk disk = Disk.open(options(CacheMode.NONE))) {
            assertThat(disk.flush()).isZero();
            CompletableFuture.runAsync(
                            () ->
                                    assertThatThrownBy(() -> disk.queue.flush(1))
                                            .isInstanceOf(IllegalStateException.class))
                    .get();
            assertThat(disk.flush()).isZero();
        }
    }
}
