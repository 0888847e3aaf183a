package dev.platter.backend.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.CacheMode;
import dev.platter.api.block.IoFlags;
import java.util.concurrent.atomic.AtomicReference;
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

    /** A loop is its owner's for good, and so are the queues that complete through it. */
    @Test
    @Override
    void aQueueMayChangeHands() throws Exception {
        try (Disk disk = Disk.open(options(CacheMode.NONE))) {
            assertThat(disk.write(0, 4096, 1, IoFlags.FUA)).isEqualTo(4096);
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread other = new Thread(() -> disk.write(0, 4096, 2, IoFlags.FUA));
            other.setUncaughtExceptionHandler((thread, error) -> thrown.set(error));
            other.start();
            other.join();
            assertThat(thrown.get()).isInstanceOf(IllegalStateException.class);
            assertThat(disk.contents()).startsWith(1, 1, 1, 1);
        }
    }
}
