package dev.platter.backend.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.BlockQueueStatistics;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import dev.platter.backend.uring.FaultRing.Call;
import dev.platter.backend.uring.FaultRing.Script;
import dev.platter.linux.Errnos;
import dev.platter.linux.FallocateModes;
import dev.platter.linux.RwFlags;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a write is durable, by the host calls that were made for it. */
@Timeout(60)
class DurabilityTest {
    private static final int MIB = 1 << 20;

    @TempDir(factory = InTarget.class)
    private Path folder;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    private BackendOptions rwf(CacheMode mode) {
        return Disk.options(folder.resolve("disk.raw"), mode, 8 * MIB, "rwf");
    }

    private BackendOptions fdatasync(CacheMode mode) {
        return Disk.options(folder.resolve("disk.raw"), mode, 8 * MIB, "fdatasync");
    }

    private static List<String> names(Script script) {
        return script.calls().stream().map(Call::name).toList();
    }

    private static void assertAllDurable(Script script) {
        assertThat(script.calls("pwrite"))
                .isNotEmpty()
                .allMatch(call -> call.flags() == RwFlags.RWF_DSYNC);
    }

    @Test
    void aDurableWriteIsOneCallWithRwfDsync() throws Exception {
        Script script = new Script();
        try (Disk disk = Disk.open(rwf(CacheMode.DIRECTSYNC), script)) {
            assertThat(disk.flush()).as("what an earlier user of the image left").isZero();
            assertThat(disk.write(4096, 4096, 1, IoFlags.FUA)).isEqualTo(4096);
            assertThat(names(script)).containsExactly("fdatasync", "pwrite");
            assertAllDurable(script);
            assertThat(disk.flush()).isZero();
            assertThat(names(script)).as("nothing volatile to flush").hasSize(2);
            assertThat(disk.queue.statistics())
                    .isEqualTo(new BlockQueueStatistics(0, 0, 1, 1, 1, 0, 0, 0, 0));
        }
    }

    @Test
    void aDurableWriteIsAWriteAndAnFdatasyncWhereSoAsked() throws Exception {
        Script script = new Script();
        try (Disk disk = Disk.open(fdatasync(CacheMode.WRITETHROUGH), script)) {
            assertThat(disk.write(4096, 4096, 1, IoFlags.FUA)).isEqualTo(4096);
            assertThat(names(script)).containsExactly("pwrite", "fdatasync");
            assertThat(script.calls("pwrite").getFirst().flags()).isZero();
            assertThat(script.calls("pwrite").getFirst().linked()).isTrue();
            assertThat(disk.queue.statistics())
                    .isEqualTo(new BlockQueueStatistics(0, 1, 0, 1, 0, 0, 0, 0, 0));
        }
    }

    @Test
    void aPlainWriteIsNotMadeDurableUntilAFlush() throws Exception {
        Script script = new Script();
        try (Disk disk = Disk.open(rwf(CacheMode.WRITEBACK), script)) {
            assertThat(disk.write(0, 4096, 1, IoFlags.NONE)).isEqualTo(4096);
            assertThat(script.calls("pwrite").getFirst().flags()).isZero();
            assertThat(names(script)).doesNotContain("fdatasync");
            assertThat(disk.flush()).isZero();
            assertThat(disk.flush()).isZero();
            assertThat(script.calls("fdatasync")).hasSize(1);
        }
    }

    @Test
    void aDurableWriteIsNotTakenForAFlushOfOthers() throws Exception {
        Script script = new Script();
        try (Disk disk = Disk.open(rwf(CacheMode.WRITEBACK), script)) {
            disk.write(0, 4096, 1, IoFlags.NONE);
            disk.write(8192, 4096, 1, IoFlags.FUA);
            assertThat(script.calls("fdatasync")).isEmpty();
            disk.flush();
            assertThat(script.calls("fdatasync")).hasSize(1);
        }
    }

    @Test
    void theTailOfAShortDurableWriteIsDurableToo() throws Exception {
        Script script =
                new Script() {
                    @Override
                    long limit(Call call) {
                        return 1024;
                    }
                };
        try (Disk disk = Disk.open(rwf(CacheMode.WRITETHROUGH), script)) {
            assertThat(disk.write(512, 8192, 9, IoFlags.FUA)).isEqualTo(8192);
            assertThat(script.calls("pwrite")).hasSize(8);
            assertAllDurable(script);
            MemorySegment back = disk.memory(8192);
            assertThat(disk.read(512, disk.vector(back))).isEqualTo(8192);
            assertThat(back.mismatch(disk.filled(8192, 9))).isEqualTo(-1);
        }
    }

    @Test
    void everyPartOfASplitDurableWriteIsDurable() throws Exception {
        Script script = new Script();
        try (Disk disk = Disk.open(rwf(CacheMode.DIRECTSYNC), script)) {
            MemorySegment memory = disk.filled(1500 * 512, 5);
            assertThat(disk.write(0, disk.vector(memory, 1500), IoFlags.FUA)).isEqualTo(1500 * 512);
            assertThat(script.calls("pwrite")).hasSize(2);
            assertAllDurable(script);
        }
    }

    @Test
    void everyChunkOfABouncedDurableWriteIsDurable() throws Exception {
        Script script = new Script();
        try (Disk disk = Disk.open(rwf(CacheMode.DIRECTSYNC), script)) {
            MemorySegment misaligned = disk.memory(MIB + 100).asSlice(52, MIB).fill((byte) 3);
            assertThat(disk.write(0, disk.vector(misaligned), IoFlags.FUA)).isEqualTo(MIB);
            assertThat(script.calls("pwrite")).hasSizeGreaterThan(1);
            assertAllDurable(script);
            assertThat(disk.queue.statistics().bounced()).isEqualTo(1);
        }
    }

    @Test
    void zeroesAndDiscardsAreDurableWhereAsked() throws Exception {
        Script script = new Script();
        try (Disk disk = Disk.open(rwf(CacheMode.WRITEBACK), script)) {
            assertThat(disk.zero(0, 65536, IoFlags.NONE)).isZero();
            assertThat(disk.discard(65536, 65536, IoFlags.NONE)).isZero();
            assertThat(names(script)).containsExactly("fallocate", "fallocate");
            assertThat(disk.flush()).isZero();
            assertThat(script.calls("fdatasync")).hasSize(1);
            assertThat(disk.zero(0, 65536, IoFlags.FUA | IoFlags.MAY_UNMAP)).isZero();
            assertThat(script.calls("fdatasync")).hasSize(2);
            assertThat(disk.discard(0, 65536, IoFlags.FUA)).isZero();
            assertThat(script.calls("fdatasync")).hasSize(3);
            assertThat(disk.flush()).isZero();
            assertThat(script.calls("fdatasync")).hasSize(3);
        }
    }

    /** A script whose n-th call of one name fails once. */
    private static Script failing(String name, int number, int errno) {
        return new Script() {
            private final AtomicInteger calls = new AtomicInteger();

            @Override
            long before(Call call) {
                boolean fails = call.name().equals(name) && calls.incrementAndGet() == number;
                return fails ? -errno : PASS;
            }
        };
    }

    private static void assertFailedForGood(Disk disk, Script script, int errno) {
        script.forget();
        assertThat(disk.flush()).isEqualTo(-errno);
        assertThat(disk.write(0, 4096, 1, IoFlags.FUA)).isEqualTo(-errno);
        assertThat(disk.zero(0, 4096, IoFlags.FUA)).isEqualTo(-errno);
        assertThat(disk.discard(0, 4096, IoFlags.FUA)).isEqualTo(-errno);
        assertThat(script.calls()).as("the host is not asked again").isEmpty();
        assertThat(disk.write(0, 4096, 1, IoFlags.NONE)).isEqualTo(4096);
        assertThat(disk.flush()).isEqualTo(-errno);
        assertThat(script.calls("fdatasync")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void afterAFailedFlushNothingIsPromisedUntilTheImageIsOpenedAgain(int number) throws Exception {
        for (CacheMode mode : List.of(CacheMode.WRITEBACK, CacheMode.NONE)) {
            Script script = failing("fdatasync", number, Errnos.EIO);
            try (Disk disk = Disk.open(rwf(mode), script)) {
                for (int i = 1; i < number; i++) {
                    disk.write(0, 4096, i, IoFlags.NONE);
                    assertThat(disk.flush()).isZero();
                }
                disk.write(0, 4096, number, IoFlags.NONE);
                assertThat(disk.flush()).isEqualTo(-Errnos.EIO);
                assertFailedForGood(disk, script, Errnos.EIO);
            }
            try (Disk reopened = Disk.open(rwf(mode), script)) {
                assertThat(reopened.write(0, 4096, 1, IoFlags.FUA)).isEqualTo(4096);
                assertThat(reopened.flush()).isZero();
            }
        }
    }

    @Test
    void afterAFailedDurableWriteNothingIsPromised() throws Exception {
        Script script = failing("pwrite", 2, Errnos.EIO);
        try (Disk disk = Disk.open(rwf(CacheMode.DIRECTSYNC), script)) {
            assertThat(disk.write(0, 4096, 1, IoFlags.FUA)).isEqualTo(4096);
            assertThat(disk.write(0, 4096, 1, IoFlags.FUA)).isEqualTo(-Errnos.EIO);
            assertFailedForGood(disk, script, Errnos.EIO);
            assertThat(disk.queue.statistics().errors()).isEqualTo(6);
        }
    }

    @Test
    void afterAFailedSynchronisationOfADurableWriteNothingIsPromised() throws Exception {
        Script script = failing("fdatasync", 1, Errnos.ENOSPC);
        try (Disk disk = Disk.open(fdatasync(CacheMode.DIRECTSYNC), script)) {
            assertThat(disk.write(0, 4096, 1, IoFlags.FUA)).isEqualTo(-Errnos.ENOSPC);
            assertFailedForGood(disk, script, Errnos.ENOSPC);
        }
    }

    @Test
    void afterAFailedSynchronisationOfZeroesNothingIsPromised() throws Exception {
        Script script = failing("fdatasync", 1, Errnos.EIO);
        try (Disk disk = Disk.open(rwf(CacheMode.WRITETHROUGH), script)) {
            assertThat(disk.zero(0, 4096, IoFlags.FUA)).isEqualTo(-Errnos.EIO);
            assertFailedForGood(disk, script, Errnos.EIO);
        }
    }

    @Test
    void aFailedPlainWriteIsItsOwnAffairOnly() throws Exception {
        Script script = failing("pwrite", 1, Errnos.EIO);
        try (Disk disk = Disk.open(rwf(CacheMode.WRITEBACK), script)) {
            assertThat(disk.write(0, 4096, 1, IoFlags.NONE)).isEqualTo(-Errnos.EIO);
            assertThat(disk.flush()).isZero();
            assertThat(script.calls("fdatasync")).as("part of it may be there").hasSize(1);
            assertThat(disk.write(0, 4096, 1, IoFlags.FUA)).isEqualTo(4096);
        }
    }

    @Test
    void aFailureOnOneQueueIsAFailureOnAll() throws Exception {
        Script script = failing("pwrite", 1, Errnos.EIO);
        try (Disk disk = Disk.open(rwf(CacheMode.WRITETHROUGH), script)) {
            BlockQueue other = disk.backend.openQueue(4);
            assertThat(disk.write(0, 4096, 1, IoFlags.FUA)).isEqualTo(-Errnos.EIO);
            assertThat(flush(other)).isEqualTo(-Errnos.EIO);
            other.close();
        }
    }

    @Test
    void aHostThatTakesTheFlagBackLaterGetsFdatasync() throws Exception {
        Script script =
                new Script() {
                    @Override
                    long before(Call call) {
                        boolean refused =
                                call.name().equals("pwrite") && call.flags() == RwFlags.RWF_DSYNC;
                        return refused ? -Errnos.EOPNOTSUPP : PASS;
                    }
                };
        try (Disk disk = Disk.open(rwf(CacheMode.DIRECTSYNC), script)) {
            assertThat(disk.write(0, 4096, 7, IoFlags.FUA)).isEqualTo(4096);
            assertThat(names(script)).containsExactly("pwrite", "pwrite", "fdatasync");
            script.forget();
            assertThat(disk.write(4096, 4096, 7, IoFlags.FUA)).isEqualTo(4096);
            assertThat(names(script)).containsExactly("pwrite", "fdatasync");
        }
    }

    private static int flush(BlockQueue queue) {
        assertThat(queue.flush(2)).isTrue();
        return Disk.drained(queue);
    }

    @Test
    void aWriteThatEndsBehindARunningFlushIsNotTakenForFlushed() throws Exception {
        Script script = new Script();
        try (Disk disk = Disk.open(rwf(CacheMode.WRITEBACK), script)) {
            BlockQueue other = disk.backend.openQueue(4);
            disk.write(0, 4096, 1, IoFlags.NONE);
            assertThat(other.flush(2)).isTrue();
            // The synchronisation is admitted, and its end not entered in the ledger yet.
            disk.write(8192, 4096, 1, IoFlags.NONE);
            assertThat(Disk.drained(other)).isZero();
            assertThat(script.calls("fdatasync")).hasSize(1);
            assertThat(disk.flush()).isZero();
            assertThat(script.calls("fdatasync")).hasSize(2);
            other.close();
        }
    }

    @Test
    void flushesOfSeveralQueuesShareOneSynchronisation() throws Exception {
        Script script = new Script();
        try (Disk disk = Disk.open(rwf(CacheMode.WRITEBACK), script)) {
            List<BlockQueue> others =
                    List.of(
                            disk.backend.openQueue(4),
                            disk.backend.openQueue(4),
                            disk.backend.openQueue(4));
            disk.write(0, 4096, 1, IoFlags.NONE);
            // All take their generation now, and the first one's synchronisation covers it. The
            // others are woken by its end, each on a thread of its own.
            List<Future<Integer>> results = shared(others);
            for (Future<Integer> result : results) {
                assertThat(result.get()).isZero();
            }
            assertThat(script.calls("fdatasync")).hasSize(1);
            assertThat(disk.backend.statistics().elidedFlushes()).isEqualTo(2);
            others.forEach(BlockQueue::close);
            assertThat(disk.backend.statistics().elidedFlushes()).isEqualTo(2);
        }
    }

    private List<Future<Integer>> shared(List<BlockQueue> queues) throws Exception {
        CountDownLatch submitted = new CountDownLatch(queues.size());
        List<Future<Integer>> results = new ArrayList<>();
        for (BlockQueue queue : queues) {
            results.add(
                    threads.submit(
                            () -> {
                                assertThat(queue.flush(2)).isTrue();
                                submitted.countDown();
                                submitted.await();
                                return Disk.drained(queue);
                            }));
        }
        return results;
    }

    /** Each thread's flush makes its own writes durable, whoever's synchronisation it was. */
    @Test
    void flushesOfManyThreadsCoalesceAndNoneIsForgotten() throws Exception {
        Script script = new Script();
        int rounds = 200;
        try (Disk disk = Disk.open(rwf(CacheMode.WRITEBACK), script)) {
            List<Future<Integer>> results = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int place = i;
                results.add(threads.submit(() -> writeAndFlush(disk, place, rounds)));
            }
            for (Future<Integer> result : results) {
                assertThat(result.get()).isEqualTo(rounds);
            }
            BlockQueueStatistics sum = disk.backend.statistics();
            assertThat(sum.syncs() + sum.elidedFlushes()).isEqualTo(4L * rounds);
            assertThat(sum.syncs()).isEqualTo(script.calls("fdatasync").size());
        }
    }

    private static int writeAndFlush(Disk disk, int place, int rounds) throws Exception {
        BlockQueue queue = disk.backend.openQueue(4);
        IoVector vector = disk.vector(disk.filled(512, place));
        int flushed = 0;
        for (int i = 0; i < rounds; i++) {
            assertThat(queue.writev(1, 512L * place, vector, IoFlags.NONE)).isTrue();
            assertThat(Disk.drained(queue)).isEqualTo(512);
            assertThat(queue.flush(2)).isTrue();
            flushed += Disk.drained(queue) == 0 ? 1 : 0;
        }
        queue.close();
        return flushed;
    }

    @Test
    void aFlushCoversWhatWasDeliveredBeforeItsSubmission() throws Exception {
        Script script = new Script();
        try (Disk disk = Disk.open(rwf(CacheMode.WRITEBACK), script)) {
            BlockQueue other = disk.backend.openQueue(4);
            disk.write(0, 4096, 1, IoFlags.NONE);
            assertThat(flush(other)).isZero();
            assertThat(other.flush(3)).isTrue();
            // Written after the flush was submitted: it promises nothing of this one.
            disk.write(0, 4096, 2, IoFlags.NONE);
            assertThat(Disk.drained(other)).isZero();
            assertThat(script.calls("fdatasync")).hasSize(1);
            assertThat(flush(other)).isZero();
            assertThat(script.calls("fdatasync")).hasSize(2);
            other.close();
        }
    }

    @Test
    void zeroesThatTheHostCannotMakeAreWrittenAndMadeDurable() throws Exception {
        Script script =
                new Script() {
                    @Override
                    long before(Call call) {
                        return call.name().equals("fallocate") ? -Errnos.EOPNOTSUPP : PASS;
                    }
                };
        try (Disk disk = Disk.open(rwf(CacheMode.DIRECTSYNC), script)) {
            disk.write(0, 4 * MIB, 1, IoFlags.NONE);
            disk.write(4 * MIB, 4 * MIB, 1, IoFlags.NONE);
            script.forget();
            assertThat(disk.zero(512, 6 * MIB, IoFlags.FUA | IoFlags.MAY_UNMAP)).isZero();
            assertThat(names(script).getLast()).isEqualTo("fdatasync");
            assertThat(script.calls("fallocate"))
                    .extracting(Call::flags)
                    .containsExactly(
                            FallocateModes.FALLOC_FL_PUNCH_HOLE
                                    | FallocateModes.FALLOC_FL_KEEP_SIZE,
                            FallocateModes.FALLOC_FL_ZERO_RANGE
                                    | FallocateModes.FALLOC_FL_KEEP_SIZE);
            script.forget();
            assertThat(disk.zero(512, 4096, IoFlags.NONE)).isZero();
            assertThat(script.calls("fallocate")).as("refused once, not tried again").isEmpty();
            byte[] contents = disk.contents();
            for (int i = 0; i < contents.length; i++) {
                boolean zeroed = i >= 512 && i < 512 + 6 * MIB;
                if (contents[i] != (zeroed ? 0 : 1)) {
                    assertThat(contents[i]).as("byte %d", i).isEqualTo((byte) (zeroed ? 0 : 1));
                }
            }
        }
    }
}
