package dev.platter.backend.uring;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.CompletionHandler;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests allocate nothing, from submission to completion. */
@Timeout(180)
class TransferAllocationTest {
    private static final int MIB = 1 << 20;
    private static final List<CacheMode> MODES = List.of(CacheMode.WRITEBACK, CacheMode.NONE);
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(60);

    @TempDir(factory = InTarget.class)
    private Path folder;

    private BackendOptions options(CacheMode mode) {
        return Disk.options(folder.resolve("disk.raw"), mode, MIB, null);
    }

    @AfterEach
    void byDescriptor() {
        Disk.inLoop = false;
        Disk.ringOptions = RingOptions.PLAIN;
    }

    @ParameterizedTest
    @CsvSource({"false, false, false", "true, false, true", "false, true, false"})
    void requestsAllocateNothing(boolean inLoop, boolean kernelSubmits, boolean buffers)
            throws Exception {
        Disk.inLoop = inLoop;
        Disk.ringOptions = new RingOptions(false, kernelSubmits, false, buffers);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (CacheMode mode : MODES) {
            try (Disk disk = Disk.open(options(mode))) {
                IoVector aligned = disk.vector(disk.filled(4096, 1), 2);
                IoVector misaligned = disk.vector(disk.memory(4097).asSlice(1, 4096), 2);
                CompletionHandler handler = (tag, result) -> failUnless(result >= 0);
                // Until the loop is compiled, which a busy machine puts off, it may allocate.
                long least = Long.MAX_VALUE;
                long deadline = System.nanoTime() + WAIT_NANOS;
                while (least > 0 && System.nanoTime() - deadline < 0) {
                    long before = threads.getCurrentThreadAllocatedBytes();
                    for (int i = 0; i < 50; i++) {
                        everyRequest(disk, aligned, misaligned, handler);
                    }
                    least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
                }
                assertThat(least).isZero();
            }
        }
    }

    private static void failUnless(boolean condition) {
        if (!condition) {
            throw new AssertionError("a request failed");
        }
    }

    private static void everyRequest(
            Disk disk, IoVector aligned, IoVector misaligned, CompletionHandler handler) {
        disk.queue.readv(1, 0, aligned);
        disk.queue.readv(2, 0, misaligned);
        disk.queue.writev(3, 0, aligned, IoFlags.NONE);
        disk.queue.writev(4, 0, misaligned, IoFlags.NONE);
        disk.queue.discard(5, 65536, 4096, IoFlags.NONE);
        disk.queue.writev(6, 4096, aligned, IoFlags.FUA);
        disk.queue.writev(7, 8192, aligned, IoFlags.FUA);
        disk.queue.flush(8);
        disk.queue.writeZeroes(9, 131072, 4096, IoFlags.FUA);
        while (disk.queue.inFlight() > 0) {
            disk.turn();
            disk.queue.poll(handler);
        }
    }
}
