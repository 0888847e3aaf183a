package dev.platter.backend.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.IoFlags;
import dev.platter.api.device.EventLoop;
import dev.platter.api.memory.IoVector;
import dev.platter.linux.LinuxFileCalls;
import dev.platter.linux.LinuxIoUringCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Queues whose submissions a thread of the kernel takes ({@code sqpoll=on}). */
@Timeout(60)
class KernelThreadTest {
    private static final int BLOCK = 4096;
    private static final int BLOCKS = 256;
    private static final int DEPTH = 16;

    @TempDir(factory = InTarget.class)
    private Path folder;

    private Set<Path> before = Set.of();
    private final ExecutorService owner = Executors.newSingleThreadExecutor();

    private UringBackend open(CacheMode mode, String dsync, boolean buffers) throws Exception {
        BackendOptions options =
                Disk.options(folder.resolve("disk.raw"), mode, (long) BLOCKS * BLOCK, dsync);
        return UringBackend.open(
                options,
                LinuxFileCalls::new,
                LinuxIoUringCalls::new,
                new RingOptions(false, true, false, buffers));
    }

    /** The kernel's threads that take submissions, but for those of owners before. */
    private Set<Path> kernelThreads() throws IOException {
        try (var tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.filter(task -> !before.contains(task))
                    .filter(KernelThreadTest::isPoller)
                    .collect(Collectors.toSet());
        }
    }

    private static boolean isPoller(Path task) {
        try {
            return Files.readString(task.resolve("comm")).startsWith("iou-sqp-");
        } catch (IOException ended) {
            return false;
        }
    }

    @BeforeEach
    void noteThreads() throws IOException {
        before = kernelThreads();
    }

    /** Nothing is left of a disk's queues once their owner has ended. */
    @AfterEach
    void noThreadIsLeft() throws Exception {
        owner.shutdown();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!kernelThreads().isEmpty() && System.nanoTime() - deadline < 0) {
            Thread.sleep(10);
        }
        assertThat(kernelThreads()).isEmpty();
    }

    @Test
    void queuesOfADiskShareOneThreadWhichGoesWithThem() throws Exception {
        owner.submit(this::shareAThread).get();
    }

    private Void shareAThread() throws Exception {
        try (UringBackend backend = open(CacheMode.NONE, null, false)) {
            List<BlockQueue> queues = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                BlockQueue queue = backend.openQueue(DEPTH);
                queue.flush(i);
                Disk.drain(queue, (tag, result) -> assertThat(result).isZero());
                queues.add(queue);
                assertThat(kernelThreads()).hasSize(1);
            }
            // The first, whose thread it was, goes first.
            for (BlockQueue queue : queues) {
                queue.close();
            }
        }
        return null;
    }

    /**
     * An owner that waits in its own ring is told of each completion in the other, thousands of
     * times, and after the kernel's thread has slept.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsWrittenIsReadByAnOwnerThatWaitsInItsRing(boolean buffers) throws Exception {
        owner.submit(() -> writeAndRead(buffers)).get();
    }

    private Void writeAndRead(boolean buffers) throws Exception {
        long seed = System.nanoTime();
        System.out.println("KernelThreadTest: seed " + seed);
        Random random = new Random(seed);
        try (Arena arena = Arena.ofShared();
                RingLoop loop = RingLoop.open(LinuxIoUringCalls::new);
                UringBackend backend = open(CacheMode.NONE, "fdatasync", buffers)) {
            MemorySegment memory = arena.allocate((long) DEPTH * BLOCK, BLOCK);
            loop.memory(GuestBuffersTest.map(memory));
            BlockQueue queue = backend.openQueue(DEPTH, loop);
            assertThat(queue.completionFd()).isNotNegative();
            byte[] content = new byte[BLOCKS];
            IoVector[] vectors = new IoVector[DEPTH];
            for (int i = 0; i < DEPTH; i++) {
                vectors[i] = new IoVector(arena, 1);
                assertThat(vectors[i].add(memory, (long) i * BLOCK, BLOCK)).isTrue();
            }
            for (int round = 0; round < 400; round++) {
                int depth = 1 + random.nextInt(DEPTH);
                boolean write = random.nextBoolean();
                int first = random.nextInt(BLOCKS - depth);
                for (int i = 0; i < depth; i++) {
                    MemorySegment block = memory.asSlice((long) i * BLOCK, BLOCK);
                    long offset = (long) (first + i) * BLOCK;
                    if (write) {
                        content[first + i] = (byte) random.nextInt();
                        block.fill(content[first + i]);
                        int flags = random.nextInt(4) == 0 ? IoFlags.FUA : IoFlags.NONE;
                        assertThat(queue.writev(i, offset, vectors[i], flags)).isTrue();
                    } else {
                        block.fill((byte) ~content[first + i]);
                        assertThat(queue.readv(i, offset, vectors[i])).isTrue();
                    }
                }
                finish(queue, loop);
                for (int i = 0; i < depth && !write; i++) {
                    MemorySegment block = memory.asSlice((long) i * BLOCK, BLOCK);
                    byte[] expected = new byte[BLOCK];
                    Arrays.fill(expected, content[first + i]);
                    assertThat(block.mismatch(MemorySegment.ofArray(expected))).isEqualTo(-1);
                }
                if (round % 100 == 99) {
                    Thread.sleep(50);
                }
            }
            loop.unwatch(queue.completionFd());
            queue.close();
        }
        return null;
    }

    private static void finish(BlockQueue queue, EventLoop loop) {
        while (queue.inFlight() > 0) {
            int delivered = queue.poll((tag, result) -> assertThat(result).isEqualTo(BLOCK));
            if (delivered == 0 && !queue.mustPoll()) {
                assertThat(loop.turn(EventLoop.FOREVER)).isNotNegative();
            } else {
                loop.submit();
            }
        }
    }
}
