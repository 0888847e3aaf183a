package dev.platter.backend.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import dev.platter.linux.LinuxFileCalls;
import dev.platter.linux.LinuxIoUringCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The second ring of {@code iopoll=on} without the look at the disk that goes before it: where the
 * kernel refuses to poll, requests go by the first, and where it does not, they are polled for.
 */
@Timeout(60)
class PolledTransferTest {
    private static final int BLOCK = 4096;
    private static final int BLOCKS = 128;
    private static final int DEPTH = 8;
    private static final int ROUNDS = 60;

    @TempDir(factory = InTarget.class)
    private Path folder;

    private final Arena arena = Arena.ofAuto();
    private final MemorySegment memory = arena.allocate((long) DEPTH * BLOCK, BLOCK);
    private final byte[] content = new byte[BLOCKS];
    private final AtomicInteger polled = new AtomicInteger();

    @Test
    void whatIsWrittenIsReadByWhateverThreadOwnsTheQueue() throws Exception {
        long seed = System.nanoTime();
        System.out.println("PolledTransferTest: seed " + seed);
        Random random = new Random(seed);
        ThreadFactory platform = Thread.ofPlatform().factory();
        ThreadFactory virtual = Thread.ofVirtual().factory();
        try (UringBackend backend =
                        UringBackend.open(
                                Disk.options(
                                        folder.resolve("disk.raw"),
                                        CacheMode.NONE,
                                        (long) BLOCKS * BLOCK,
                                        null),
                                LinuxFileCalls::new,
                                LinuxIoUringCalls::new,
                                new RingOptions(false, false, true, false));
                BlockQueue queue = backend.openQueue(DEPTH)) {
            for (ThreadFactory owner : List.of(platform, platform, virtual, platform)) {
                FutureTask<Void> work = new FutureTask<>(() -> rounds(queue, random), null);
                owner.newThread(work).start();
                work.get();
            }
            assertThat(queue.statistics().errors()).isZero();
        }
        assertThat(polled).as("requests that the second ring was given").hasPositiveValue();
    }

    private void rounds(BlockQueue queue, Random random) {
        for (int round = 0; round < ROUNDS; round++) {
            round(queue, random);
        }
    }

    private void round(BlockQueue queue, Random random) {
        boolean write = random.nextBoolean();
        int first = random.nextInt(BLOCKS - DEPTH);
        for (int i = 0; i < DEPTH; i++) {
            MemorySegment block = memory.asSlice((long) i * BLOCK, BLOCK);
            IoVector vector = new IoVector(arena, 1);
            vector.add(memory, (long) i * BLOCK, BLOCK);
            long offset = (long) (first + i) * BLOCK;
            if (write) {
                content[first + i] = (byte) random.nextInt();
                block.fill(content[first + i]);
                int flags = random.nextInt(DEPTH) == 0 ? IoFlags.FUA : IoFlags.NONE;
                assertThat(queue.writev(i, offset, vector, flags)).isTrue();
            } else {
                block.fill((byte) ~content[first + i]);
                assertThat(queue.readv(i, offset, vector)).isTrue();
            }
        }
        polled.addAndGet(queue.mustPoll() ? 1 : 0);
        while (queue.inFlight() > 0) {
            queue.poll((tag, result) -> assertThat(result).isEqualTo(BLOCK));
        }
        for (int i = 0; i < DEPTH && !write; i++) {
            byte[] expected = new byte[BLOCK];
            Arrays.fill(expected, content[first + i]);
            MemorySegment block = memory.asSlice((long) i * BLOCK, BLOCK);
            assertThat(block.mismatch(MemorySegment.ofArray(expected))).isEqualTo(-1);
        }
    }
}
