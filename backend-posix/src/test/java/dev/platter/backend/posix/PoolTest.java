package dev.platter.backend.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.Errno;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import dev.platter.backend.file.DsyncPreference;
import dev.platter.backend.posix.FaultFileCalls.Call;
import dev.platter.backend.posix.FaultFileCalls.Script;
import dev.platter.linux.Errnos;
import dev.platter.linux.PollEvents;
import dev.platter.linux.PollSet;
import dev.platter.linux.RwFlags;
import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the threads of a disk do, and what they leave alone. */
@Timeout(60)
class PoolTest {
    private static final int BLOCK = 4096;
    private static final int MIB = 1 << 20;

    /** Only a failing test waits so long. */
    private static final long PATIENCE_MILLIS = 30_000;

    @TempDir(factory = InTarget.class)
    private Path folder;

    private final Arena arena = Arena.ofShared();
    private final Map<Long, Integer> results = new HashMap<>();

    @AfterEach
    void freeMemory() {
        arena.close();
    }

    private PosixBackend open(CacheMode mode, Script script, PosixOptions own)
            throws BackendException {
        BackendOptions options = Disk.options(folder.resolve("disk.raw"), mode, MIB, null);
        PosixBackend backend =
                PosixBackend.open(options, own, calls -> new FaultFileCalls(calls, script));
        script.arm();
        return backend;
    }

    private static PosixOptions options(DsyncPreference dsync, int threads, boolean ownerCalls) {
        return new PosixOptions(dsync, threads, TimeUnit.SECONDS.toNanos(60), ownerCalls);
    }

    private static PosixOptions pooled(int threads) {
        return options(DsyncPreference.FDATASYNC, threads, false);
    }

    private IoVector block(int value) {
        IoVector vector = new IoVector(arena, 1);
        vector.add(arena.allocate(BLOCK, BLOCK).fill((byte) value), 0, BLOCK);
        return vector;
    }

    private void write(BlockQueue queue, long tag, int block, int flags) {
        assertThat(queue.writev(tag, (long) block * BLOCK, block((int) tag), flags)).isTrue();
    }

    private int poll(BlockQueue queue) {
        int delivered = queue.poll((tag, result) -> assertThat(results.put(tag, result)).isNull());
        if (delivered == 0) {
            Thread.onSpinWait();
        }
        return delivered;
    }

    private void drain(BlockQueue queue, int left) {
        while (queue.inFlight() > left) {
            poll(queue);
        }
    }

    @Test
    void aSlowCallDelaysNoOtherRequestOfItsQueue() throws Exception {
        for (CacheMode mode : new CacheMode[] {CacheMode.WRITEBACK, CacheMode.NONE}) {
            results.clear();
            Gate gate = Gate.ofWriteAt(0);
            PosixBackend backend = open(mode, gate, options(DsyncPreference.AUTO, 2, true));
            try (BlockQueue queue = backend.openQueue(64)) {
                write(queue, 1, 0, IoFlags.NONE);
                for (int tag = 2; tag < 40; tag++) {
                    write(queue, tag, tag, tag % 2 == 0 ? IoFlags.FUA : IoFlags.NONE);
                }
                queue.readv(40, 4L * BLOCK, block(0));
                queue.flush(41);
                queue.discard(42, 50L * BLOCK, BLOCK, IoFlags.FUA);
                drain(queue, 1);
                assertThat(results).hasSize(41).doesNotContainKey(1L);
                // And so do those that come only now.
                queue.readv(43, 4L * BLOCK, block(0));
                drain(queue, 1);
                assertThat(results).containsEntry(43L, BLOCK);
                gate.release();
                drain(queue, 0);
                assertThat(results).containsEntry(1L, BLOCK);
                assertThat(results.values()).allMatch(result -> result >= 0);
            }
            backend.close();
        }
    }

    @Test
    void aHeldSynchronisationHoldsNoThreadButItsOwn() throws Exception {
        Gate gate = new Gate(call -> call.name().equals("fdatasync") && call.number() == 1);
        PosixBackend backend = open(CacheMode.DIRECTSYNC, gate, pooled(2));
        try (BlockQueue queue = backend.openQueue(64)) {
            for (int tag = 1; tag <= 20; tag++) {
                write(queue, tag, tag, IoFlags.FUA);
            }
            poll(queue);
            gate.awaitHeld();
            for (int tag = 21; tag <= 30; tag++) {
                write(queue, tag, tag, IoFlags.NONE);
            }
            drain(queue, 20);
            assertThat(results.keySet()).allMatch(tag -> tag > 20);
            gate.release();
            drain(queue, 0);
            assertThat(results.values()).allMatch(result -> result == BLOCK);
            assertThat(gate.calls("fdatasync")).as("shared").hasSizeLessThan(20);
        }
        backend.close();
    }

    @Test
    void whatHasNotStartedCanBeGivenUp() throws Exception {
        Gate gate = Gate.ofWriteAt(0);
        PosixBackend backend = open(CacheMode.WRITEBACK, gate, pooled(1));
        try (BlockQueue queue = backend.openQueue(64)) {
            write(queue, 100, 0, IoFlags.NONE);
            poll(queue);
            gate.awaitHeld();
            for (int tag = 1; tag <= 10; tag++) {
                write(queue, tag, tag, IoFlags.FUA);
            }
            poll(queue);
            write(queue, 11, 11, IoFlags.NONE);
            for (int tag = 1; tag <= 11; tag += 2) {
                queue.cancel(tag);
            }
            queue.cancel(100);
            queue.cancel(12345);
            drain(queue, 6);
            assertThat(results).hasSize(6);
            assertThat(results.values()).allMatch(result -> result == -Errno.ECANCELED);
            gate.release();
            drain(queue, 0);
            assertThat(results).containsEntry(100L, BLOCK).containsEntry(2L, BLOCK);
            assertThat(gate.calls("pwritev2")).as("of the others only").hasSize(6);
            results.clear();
            queue.flush(1);
            drain(queue, 0);
            assertThat(results).as("given up is not failed").containsEntry(1L, 0);
        }
        backend.close();
    }

    @Test
    void aDurableWriteThatAwaitsAnotherSynchronisationCanBeGivenUp() throws Exception {
        Gate gate = new Gate(call -> call.name().equals("fdatasync") && call.number() == 1);
        PosixBackend backend = open(CacheMode.WRITEBACK, gate, pooled(4));
        try (BlockQueue queue = backend.openQueue(8)) {
            write(queue, 1, 1, IoFlags.FUA);
            poll(queue);
            gate.awaitHeld();
            write(queue, 2, 2, IoFlags.FUA);
            write(queue, 3, 3, IoFlags.NONE);
            write(queue, 4, 4, IoFlags.NONE);
            drain(queue, 2);
            // Given up wherever it is by now; and if it is just being written, the next time.
            while (queue.inFlight() > 1) {
                queue.cancel(2);
                poll(queue);
            }
            assertThat(results).containsEntry(2L, -Errno.ECANCELED).doesNotContainKey(1L);
            gate.release();
            drain(queue, 0);
            assertThat(results).containsEntry(1L, BLOCK);
        }
        backend.close();
    }

    @Test
    void aFailureIsStickyForAllThreads() throws Exception {
        for (DsyncPreference dsync :
                new DsyncPreference[] {DsyncPreference.RWF, DsyncPreference.FDATASYNC}) {
            results.clear();
            Script script =
                    new Script() {
                        @Override
                        long before(Call call) {
                            boolean fails =
                                    dsync == DsyncPreference.RWF
                                            ? call.flags() == RwFlags.RWF_DSYNC
                                            : call.name().equals("fdatasync");
                            return fails && call.number() == 20 ? -Errnos.EIO : PASS;
                        }
                    };
            PosixBackend backend = open(CacheMode.DIRECTSYNC, script, options(dsync, 8, false));
            try (BlockQueue queue = backend.openQueue(16)) {
                long tag = 0;
                while (!results.containsValue(-Errnos.EIO)) {
                    while (queue.inFlight() < 16) {
                        tag++;
                        write(queue, tag, (int) (tag % 16), IoFlags.FUA);
                    }
                    poll(queue);
                }
                drain(queue, 0);
                results.clear();
                script.forget();
                for (int i = 0; i < 16; i++) {
                    write(queue, i, i, IoFlags.FUA);
                }
                drain(queue, 0);
                assertThat(results.values()).hasSize(16).allMatch(r -> r == -Errnos.EIO);
                queue.flush(99);
                drain(queue, 0);
                assertThat(results).containsEntry(99L, -Errnos.EIO);
                assertThat(script.calls()).as("the host is not asked again").isEmpty();
            }
            backend.close();
        }
    }

    @Test
    void theDescriptorBecomesReadableForACompletion() throws Exception {
        Gate gate = Gate.ofWriteAt(0);
        PosixBackend backend = open(CacheMode.WRITEBACK, gate, pooled(4));
        try (BlockQueue queue = backend.openQueue(8)) {
            PollSet waiter = new PollSet(1);
            write(queue, 1, 0, IoFlags.NONE);
            assertThat(poll(queue)).isZero();
            gate.awaitHeld();
            waiter.set(0, queue.completionFd(), PollEvents.IN);
            assertThat(waiter.await(0)).isZero();
            gate.release();
            assertThat(waiter.await(PATIENCE_MILLIS)).isEqualTo(1);
            assertThat(poll(queue)).isEqualTo(1);
            assertThat(waiter.await(0)).as("drained").isZero();
            queue.readv(2, 0, block(0));
            queue.cancel(2);
            drain(queue, 0);
            assertThat(waiter.await(0)).isZero();
        }
        backend.close();
    }

    @Test
    void anOwnerThatSleepsMissesNothing() throws Exception {
        PosixBackend backend = open(CacheMode.WRITEBACK, new Script(), pooled(4));
        try (BlockQueue queue = backend.openQueue(4)) {
            PollSet waiter = new PollSet(1);
            waiter.set(0, queue.completionFd(), PollEvents.IN);
            Random random = new Random(1);
            for (int i = 0; i < 20_000; i++) {
                results.clear();
                for (int tag = 0; tag <= i % 4; tag++) {
                    write(queue, tag, tag, IoFlags.NONE);
                }
                while (queue.inFlight() > 0) {
                    int more = random.nextInt(4);
                    int delivered = poll(queue);
                    // The sooner or later, the likelier that a request ends just as a poll does.
                    while (delivered == 0 && more-- > 0) {
                        spin(random.nextInt(10_000));
                        delivered = poll(queue);
                    }
                    if (delivered == 0) {
                        assertThat(waiter.await(PATIENCE_MILLIS)).as("round %d", i).isEqualTo(1);
                    }
                }
            }
        }
        backend.close();
    }

    private static void spin(long nanos) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < nanos) {
            Thread.onSpinWait();
        }
    }

    @Test
    void idleThreadsEndAndNewOnesStart() throws Exception {
        PosixOptions brief =
                new PosixOptions(DsyncPreference.AUTO, 8, TimeUnit.MILLISECONDS.toNanos(5), false);
        PosixBackend backend = open(CacheMode.WRITEBACK, new Script(), brief);
        try (BlockQueue queue = backend.openQueue(16)) {
            for (int round = 0; round < 20; round++) {
                results.clear();
                for (int tag = 0; tag < 16; tag++) {
                    write(queue, tag, tag, IoFlags.NONE);
                }
                drain(queue, 0);
                assertThat(results).hasSize(16);
                while (backend.pool().threadCount() > 0) {
                    Thread.sleep(1);
                }
            }
        }
        backend.close();
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread instanceof IoThread)
                .count();
    }

    private static int descriptors() {
        String[] names = new File("/proc/self/fd").list();
        return names == null ? -1 : names.length;
    }

    @Test
    void nothingIsLeftAfterClosing() throws Exception {
        long threadsBefore = threads();
        int descriptorsBefore = -1;
        for (int round = 0; round < 20; round++) {
            results.clear();
            PosixBackend backend = open(CacheMode.NONE, new Script(), pooled(8));
            BlockQueue queue = backend.openQueue(32);
            for (int tag = 0; tag < 32; tag++) {
                write(queue, tag, tag, IoFlags.FUA);
            }
            drain(queue, 0);
            assertThat(threads()).isBetween(threadsBefore + 1, threadsBefore + 8);
            queue.close();
            backend.close();
            assertThat(threads()).isEqualTo(threadsBefore);
            if (round == 0) {
                // The first round has loaded classes, and their files.
                descriptorsBefore = descriptors();
            }
        }
        assertThat(descriptors()).isEqualTo(descriptorsBefore);
    }

    @Test
    void anOwnerWithoutThreadsMakesAllCallsItself() throws Exception {
        Script script =
                new Script() {
                    @Override
                    int open() {
                        return -Errnos.EMFILE;
                    }
                };
        BackendOptions options =
                Disk.options(folder.resolve("disk.raw"), CacheMode.DIRECTSYNC, MIB, null);
        PosixBackend backend =
                PosixBackend.open(options, pooled(4), calls -> new FaultFileCalls(calls, script));
        try (BlockQueue queue = backend.openQueue(16)) {
            script.arm();
            for (int tag = 0; tag < 16; tag++) {
                write(queue, tag, tag, tag % 2 == 0 ? IoFlags.FUA : IoFlags.NONE);
            }
            drain(queue, 0);
            assertThat(results).hasSize(16);
            assertThat(results.values()).allMatch(result -> result == BLOCK);
            assertThat(threads()).isZero();
        }
        backend.close();
    }

    @Test
    void memoryThatVanishesIsTheRequestsErrorOnly() throws Exception {
        Path file = Files.createFile(folder.resolve("memory"));
        PosixBackend backend = open(CacheMode.NONE, new Script(), pooled(2));
        try (BlockQueue queue = backend.openQueue(8);
                FileChannel channel =
                        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, 4 * BLOCK, arena);
            channel.truncate(0);
            // Off its alignment, so that it is copied, and the copying faults.
            IoVector vanished = new IoVector(arena, 1);
            vanished.add(mapped, 8, BLOCK);
            queue.writev(1, 0, vanished, IoFlags.NONE);
            write(queue, 2, 2, IoFlags.NONE);
            drain(queue, 0);
            assertThat(results).containsEntry(1L, -Errno.EFAULT).containsEntry(2L, BLOCK);
            queue.flush(3);
            write(queue, 4, 4, IoFlags.FUA);
            drain(queue, 0);
            assertThat(results).containsEntry(3L, 0).containsEntry(4L, BLOCK);
            queue.writev(5, 0, vanished, IoFlags.FUA);
            drain(queue, 0);
            queue.flush(6);
            drain(queue, 0);
            assertThat(results).containsEntry(5L, -Errno.EFAULT).containsEntry(6L, -Errno.EFAULT);
        }
        backend.close();
    }

    @Test
    void whatIsInThePageCacheNeedsNoThread() throws Exception {
        PosixBackend backend = open(CacheMode.WRITEBACK, new Script(), pooled(4));
        try (BlockQueue queue = backend.openQueue(16)) {
            // The image was made by a write of its end: read once, it is in the cache.
            for (int tag = 0; tag < 16; tag++) {
                write(queue, tag, tag, IoFlags.NONE);
            }
            drain(queue, 0);
            results.clear();
            long readsOfThreads = backend.statistics().reads();
            for (int tag = 0; tag < 16; tag++) {
                queue.readv(tag, (long) tag * BLOCK, block(0));
            }
            assertThat(poll(queue)).isEqualTo(16);
            assertThat(backend.statistics().reads() - readsOfThreads).isEqualTo(16);
        }
        backend.close();
    }

    @Test
    void theNumberOfThreadsIsAnOption() throws Exception {
        assertThat(PosixOptions.parse(Map.of()).threads()).isEqualTo(PosixOptions.DEFAULT_THREADS);
        assertThat(PosixOptions.parse(Map.of("threads", "64")).threads()).isEqualTo(64);
        for (String wrong : new String[] {"0", "65", "-1", "many", ""}) {
            assertThatThrownBy(() -> PosixOptions.parse(Map.of("threads", wrong)))
                    .isInstanceOf(BackendException.class)
                    .hasMessage("threads=" + wrong + " is not a number from 1 to 64");
        }
    }
}
