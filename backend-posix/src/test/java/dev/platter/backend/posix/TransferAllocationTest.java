package dev.platter.backend.posix;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.CompletionHandler;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests allocate nothing, from submission to completion. */
class TransferAllocationTest {
    private static final int MIB = 1 << 20;
    private static final List<CacheMode> MODES = List.of(CacheMode.WRITEBACK, CacheMode.NONE);

    @TempDir(factory = InTarget.class)
    private Path folder;

    private BackendOptions options(CacheMode mode) {
        return Disk.options(folder.resolve("disk.raw"), mode, MIB, null);
    }

    @Test
    @Timeout(180)
    void requestsAllocateNothing() throws Exception {
        for (CacheMode mode : MODES) {
            try (Disk disk = Disk.open(options(mode))) {
                IoVector aligned = disk.vector(disk.filled(4096, 1), 2);
                IoVector misaligned = disk.vector(disk.memory(4097).asSlice(1), 2);
                assertAllocatesNothing(
                        disk,
                        () -> {
                            disk.queue.readv(1, 0, aligned);
                            disk.queue.readv(2, 0, misaligned);
                            disk.queue.writev(3, 0, aligned, IoFlags.NONE);
                            disk.queue.writev(4, 0, misaligned, IoFlags.NONE);
                            disk.queue.discard(5, 65536, 4096, IoFlags.NONE);
                        });
            }
        }
    }

    /** In memory, where a flush takes no time. */
    @ParameterizedTest
    @ValueSource(strings = {"rwf", "fdatasync"})
    @Timeout(180)
    void durableRequestsAllocateNothing(String dsync) throws Exception {
        Path inMemory = Path.of("/dev/shm", "platter-durable-" + ProcessHandle.current().pid());
        try (Disk disk = Disk.open(Disk.options(inMemory, CacheMode.WRITETHROUGH, MIB, dsync))) {
            IoVector memory = disk.vector(disk.filled(4096, 1), 2);
            assertAllocatesNothing(
                    disk,
                    () -> {
                        disk.queue.writev(1, 0, memory, IoFlags.NONE);
                        disk.queue.flush(2);
                        disk.queue.writev(3, 8192, memory, IoFlags.FUA);
                        disk.queue.writev(4, 12288, memory, IoFlags.FUA);
                        disk.queue.flush(5);
                    });
        } finally {
            Files.deleteIfExists(inMemory);
        }
    }

    /** The first rounds are interpreted, and set up what later ones use. */
    private static void assertAllocatesNothing(Disk disk, Runnable submissions) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        CompletionHandler handler = (tag, result) -> failUnless(result >= 0);
        long least = Long.MAX_VALUE;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(80);
        while (least > 0 && System.nanoTime() - deadline < 0) {
            // Of all threads, the pool's among them.
            long before = threads.getTotalThreadAllocatedBytes();
            for (int i = 0; i < 200; i++) {
                submissions.run();
                while (disk.queue.inFlight() > 0) {
                    disk.queue.poll(handler);
                }
            }
            least = Math.min(least, threads.getTotalThreadAllocatedBytes() - before);
        }
        assertThat(least).isZero();
    }

    private static void failUnless(boolean condition) {
        if (!condition) {
            throw new AssertionError("a request failed");
        }
    }
}
