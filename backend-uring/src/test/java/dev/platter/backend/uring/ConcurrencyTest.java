package dev.platter.backend.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import dev.platter.backend.uring.FaultRing.Call;
import dev.platter.backend.uring.FaultRing.Script;
import dev.platter.linux.Descriptors;
import dev.platter.linux.Errnos;
import dev.platter.linux.IoUringSetup;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many requests at once, on one queue and on several. */
@Timeout(120)
class ConcurrencyTest {
    private static final int MIB = 1 << 20;
    private static final int BLOCK = 4096;
    private static final int DEPTH = 16;
    private static final int THREADS = 3;
    private static final int REQUESTS = 600;

    private static final int BEFORE_5_18 =
            IoUringSetup.NO_SQARRAY
                    | IoUringSetup.DEFER_TASKRUN
                    | IoUringSetup.SINGLE_ISSUER
                    | IoUringSetup.COOP_TASKRUN
                    | IoUringSetup.TASKRUN_FLAG
                    | IoUringSetup.SUBMIT_ALL;

    @TempDir(factory = InTarget.class)
    private Path folder;

    private BackendOptions options(CacheMode mode, String dsync) {
        return Disk.options(folder.resolve("disk.raw"), mode, 8 * MIB, dsync);
    }

    /** A host that does everything it may: short, interrupted, taken in parts. */
    private static Script moody(long seed, int unknownFlags) {
        return new Script() {
            private final Random random = new Random(seed);

            @Override
            synchronized long before(Call call) {
                int mood = random.nextInt(16);
                boolean transfer = call.name().startsWith("p");
                if (mood == 0) {
                    return -Errnos.EINTR;
                }
                return mood == 1 && transfer ? -Errnos.EAGAIN : PASS;
            }

            @Override
            synchronized long limit(Call call) {
                return random.nextInt(4) == 0 ? 512 * (1L + random.nextInt(7)) : Long.MAX_VALUE;
            }

            @Override
            int unknownSetupFlags() {
                return unknownFlags;
            }

            @Override
            synchronized int takes(int submissions) {
                int mood = random.nextInt(8);
                if (mood == 0) {
                    return -Errnos.EAGAIN;
                }
                return mood == 1 ? random.nextInt(submissions + 1) : submissions;
            }
        };
    }

    @ParameterizedTest
    @CsvSource({
        "true, rwf, 0, false",
        "true, fdatasync, 0, false",
        "false, rwf, 0, false",
        "false, fdatasync, 0, false",
        "true, fdatasync, " + BEFORE_5_18 + ", false",
        "false, rwf, " + BEFORE_5_18 + ", true",
        "true, rwf, 0, true"
    })
    void queuesOfSeveralThreadsKeepTheirBlocks(
            boolean direct, String dsync, int unknownFlags, boolean virtual) throws Exception {
        long seed = System.nanoTime();
        CacheMode mode = direct ? CacheMode.DIRECTSYNC : CacheMode.WRITETHROUGH;
        ThreadFactory factory =
                virtual ? Thread.ofVirtual().factory() : Thread.ofPlatform().factory();
        try (Disk disk = Disk.open(options(mode, dsync), moody(seed, unknownFlags));
                ExecutorService threads = Executors.newThreadPerTaskExecutor(factory)) {
            List<Future<?>> results = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                Worker worker = new Worker(disk, i, new Random(seed + i));
                results.add(threads.submit(worker));
            }
            for (Future<?> result : results) {
                try {
                    result.get();
                } catch (Exception failure) {
                    throw new AssertionError("seed " + seed, failure);
                }
            }
            assertThat(disk.flush()).isZero();
        }
    }

    /** One thread with a queue of its own, over blocks of its own; each tag is a block. */
    private static final class Worker implements Runnable {
        private final Disk disk;
        private final int first;
        private final Random random;
        private final byte[] expected = new byte[DEPTH];
        private final boolean[] reading = new boolean[DEPTH];
        private final MemorySegment[] memory = new MemorySegment[DEPTH];
        private final IoVector[] vectors = new IoVector[DEPTH];
        private int submitted;

        Worker(Disk disk, int number, Random random) {
            this.disk = disk;
            this.first = number * DEPTH;
            this.random = random;
            for (int i = 0; i < DEPTH; i++) {
                // A quarter of the blocks has memory that O_DIRECT does not take.
                memory[i] = disk.memory(BLOCK + 1).asSlice(i % 4 == 0 ? 1 : 0, BLOCK);
                vectors[i] = disk.vector(memory[i], 1 + i % 3);
            }
        }

        @Override
        public void run() {
            try {
                BlockQueue queue = disk.openQueue(DEPTH);
                for (int i = 0; i < DEPTH; i++) {
                    submit(queue, i);
                }
                Disk.drain(queue, (tag, result) -> ended(queue, (int) tag, result));
                Disk.close(queue);
            } catch (Exception failure) {
                throw new AssertionError(failure);
            }
        }

        private void submit(BlockQueue queue, int block) {
            long offset = (long) (first + block) * BLOCK;
            int flags = random.nextBoolean() ? IoFlags.FUA : IoFlags.NONE;
            reading[block] = false;
            submitted++;
            boolean accepted =
                    switch (random.nextInt(8)) {
                        case 0, 1, 2 -> {
                            expected[block] = (byte) random.nextInt();
                            memory[block].fill(expected[block]);
                            yield queue.writev(block, offset, vectors[block], flags);
                        }
                        case 3, 4 -> {
                            reading[block] = true;
                            memory[block].fill((byte) ~expected[block]);
                            yield queue.readv(block, offset, vectors[block]);
                        }
                        case 5 -> {
                            expected[block] = 0;
                            yield queue.writeZeroes(block, offset, BLOCK, flags);
                        }
                        case 6 -> {
                            expected[block] = 0;
                            yield queue.discard(block, offset, BLOCK, flags);
                        }
                        default -> queue.flush(block);
                    };
            assertThat(accepted).isTrue();
        }

        private void ended(BlockQueue queue, int block, int result) {
            assertThat(result).isNotNegative();
            if (reading[block]) {
                assertThat(result).isEqualTo(BLOCK);
                byte[] bytes = new byte[BLOCK];
                Arrays.fill(bytes, expected[block]);
                assertThat(memory[block].mismatch(MemorySegment.ofArray(bytes))).isEqualTo(-1);
            }
            if (submitted < REQUESTS) {
                submit(queue, block);
            }
        }
    }

    @Test
    void eachDurableWriteInFlightHasADescriptorOfItsOwn() throws Exception {
        Script script = new Script();
        int before = Descriptors.openCount();
        try (Disk disk = Disk.open(options(CacheMode.WRITETHROUGH, "rwf"), script)) {
            for (int round = 0; round < 3; round++) {
                script.forget();
                for (int i = 0; i < DEPTH; i++) {
                    IoVector vector = disk.vector(disk.filled(BLOCK, i));
                    assertThat(disk.queue.writev(i, (long) i * BLOCK, vector, IoFlags.FUA))
                            .isTrue();
                }
                Disk.drain(disk.queue, (tag, result) -> assertThat(result).isEqualTo(BLOCK));
                assertThat(script.calls())
                        .extracting(Call::file)
                        .hasSize(DEPTH)
                        .doesNotHaveDuplicates()
                        .allMatch(file -> file > 0 && file <= DEPTH);
            }
            assertThat(disk.write(0, BLOCK, 1, IoFlags.NONE)).isEqualTo(BLOCK);
            assertThat(script.calls().getLast().file()).isZero();
        }
        assertThat(Descriptors.openCount()).as("all is closed").isEqualTo(before);
    }

    @Test
    void durableWritesInFlightTogetherShareASynchronisation() throws Exception {
        Script script = new Script();
        try (Disk disk = Disk.open(options(CacheMode.DIRECTSYNC, "fdatasync"), script)) {
            for (int i = 0; i < DEPTH; i++) {
                IoVector vector = disk.vector(disk.filled(BLOCK, i));
                assertThat(disk.queue.writev(i, (long) i * BLOCK, vector, IoFlags.FUA)).isTrue();
            }
            Disk.drain(disk.queue, (tag, result) -> assertThat(result).isEqualTo(BLOCK));
            assertThat(script.calls("pwrite")).hasSize(DEPTH);
            assertThat(script.calls("fdatasync")).hasSizeLessThan(DEPTH);
            assertThat(script.calls("pwrite").stream().filter(Call::linked)).hasSize(1);
        }
    }

    @Test
    void aChainThatTheKernelCutsInTwoIsSynchronisedAfterwards() throws Exception {
        Script script =
                new Script() {
                    @Override
                    int takes(int submissions) {
                        return Math.min(1, submissions);
                    }
                };
        try (Disk disk = Disk.open(options(CacheMode.DIRECTSYNC, "fdatasync"), script)) {
            assertThat(disk.write(0, BLOCK, 1, IoFlags.FUA)).isEqualTo(BLOCK);
            assertThat(script.calls())
                    .extracting(Call::name)
                    .containsExactly("pwrite", "fdatasync");
            Call sync = script.calls("fdatasync").getFirst();
            assertThat(sync.file()).as("by the ledger, not in the chain").isZero();
        }
    }

    @Test
    void aWriteCutShortIsNotDurableBySomebodyElsesSynchronisation() throws Exception {
        Script script =
                new Script() {
                    @Override
                    long limit(Call call) {
                        return 512;
                    }
                };
        try (Disk disk = Disk.open(options(CacheMode.DIRECTSYNC, "fdatasync"), script)) {
            assertThat(disk.write(0, 2048, 1, IoFlags.FUA)).isEqualTo(2048);
            List<Call> calls = script.calls();
            assertThat(calls.getLast().name()).isEqualTo("fdatasync");
            assertThat(script.calls("pwrite"))
                    .extracting(Call::offset)
                    .containsExactly(0L, 512L, 1024L, 1536L);
        }
    }

    @Test
    void moreMisalignedRequestsThanSlabsTakeTurns() throws Exception {
        try (Disk disk = Disk.open(options(CacheMode.NONE, null))) {
            MemorySegment[] memory = new MemorySegment[DEPTH];
            for (int i = 0; i < DEPTH; i++) {
                memory[i] = disk.memory(100_000).asSlice(3, 98304).fill((byte) i);
                IoVector vector = disk.vector(memory[i]);
                assertThat(disk.queue.writev(i, i * 98304L, vector, IoFlags.NONE)).isTrue();
            }
            Disk.drain(disk.queue, (tag, result) -> assertThat(result).isEqualTo(98304));
            byte[] contents = disk.contents();
            for (int i = 0; i < DEPTH; i++) {
                assertThat(contents[i * 98304 + 98303]).isEqualTo((byte) i);
                assertThat(contents[i * 98304]).isEqualTo((byte) i);
            }
            assertThat(disk.queue.statistics().bounced()).isEqualTo(DEPTH);
        }
    }

    /** A kernel that refuses to be entered. */
    private static final class Refusing extends Script {
        private volatile int errno;

        @Override
        int takes(int submissions) {
            return errno == 0 ? submissions : -errno;
        }
    }

    @Test
    void whatTheKernelWillNotTakeEndsWithAnError() throws Exception {
        Refusing script = new Refusing();
        try (Disk disk = Disk.open(options(CacheMode.NONE, null), script)) {
            script.errno = Errnos.EBADF;
            IoVector vector = disk.vector(disk.memory(BLOCK));
            assertThat(disk.read(0, vector)).isEqualTo(-Errnos.EIO);
            script.errno = Errnos.EAGAIN;
            assertThat(disk.read(0, vector)).isEqualTo(-Errnos.ENOMEM);
            script.errno = 0;
            assertThat(disk.read(0, vector)).isEqualTo(BLOCK);
            script.errno = Errnos.EBADF;
            assertThat(disk.write(0, BLOCK, 1, IoFlags.FUA)).isEqualTo(-Errnos.EIO);
            script.errno = 0;
            assertThat(disk.flush()).as("sticky").isEqualTo(-Errnos.EIO);
        }
    }

    @Test
    void aQueueWithRequestsInFlightStaysWithItsOwner() throws Exception {
        try (Disk disk = Disk.open(options(CacheMode.NONE, null))) {
            assertThat(disk.flush()).isZero();
            IoVector vector = disk.vector(disk.memory(BLOCK));
            assertThat(disk.queue.readv(1, 0, vector)).isTrue();
            CompletableFuture<Void> theft =
                    CompletableFuture.runAsync(
                            () ->
                                    assertThatThrownBy(() -> disk.queue.poll((tag, result) -> {}))
                                            .isInstanceOf(IllegalStateException.class));
            theft.get();
            assertThat(Disk.drained(disk.queue)).isEqualTo(BLOCK);
        }
    }
}
