package dev.platter.virtio.queue;

import static dev.platter.virtio.queue.RingBuilder.BASE;
import static dev.platter.virtio.queue.RingBuilder.INDIRECT;
import static dev.platter.virtio.queue.RingBuilder.NEXT;
import static dev.platter.virtio.queue.RingBuilder.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.platter.api.memory.IoVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A request's way through the queue allocates nothing once the code is compiled. */
class AllocationTest {
    private static final int SIZE = 16;
    private static final int ROUND = 5_000;
    private static final int ROUNDS = 60;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final DescriptorChain chain = new DescriptorChain(16);
    private final byte[] header = new byte[64];
    private long popped;

    @ParameterizedTest
    @ValueSource(longs = {0, VirtioFeatures.RING_EVENT_IDX})
    void popSlicePushAndNotifyAllocateNothing(long features) {
        try (Arena arena = Arena.ofConfined()) {
            RingBuilder driver = new RingBuilder(arena, SIZE, 4096, 4096);
            long table = BASE + 256;
            driver.descriptor(0, BASE, 51, NEXT, 1);
            driver.descriptor(1, table, 3 * 16, INDIRECT, 0);
            driver.indirectDescriptor(table, 0, BASE + 64, 13, NEXT, 1);
            driver.indirectDescriptor(table, 1, BASE + 128, 108, WRITE | NEXT, 2);
            driver.indirectDescriptor(table, 2, BASE + 4000, 512, WRITE, 0);
            SplitVirtQueue queue = driver.queue(features | VirtioFeatures.RING_INDIRECT_DESC);
            IoVector vector = new IoVector(arena, 8);
            MemorySegment copy = arena.allocate(64);
            assertThat(leastAllocated(() -> round(driver, queue, vector, copy))).isZero();
            assertThat(popped).isEqualTo((long) ROUND * ROUNDS);
        }
    }

    @Test
    void lyingGuestCostsNoMemoryEither() {
        try (Arena arena = Arena.ofConfined()) {
            RingBuilder driver = new RingBuilder(arena, SIZE, 4096);
            driver.makeAvailable(SIZE);
            SplitVirtQueue queue = driver.queue(0);
            assertThat(
                            leastAllocated(
                                    () -> {
                                        for (int i = 0; i < ROUND; i++) {
                                            queue.pop(chain);
                                        }
                                    }))
                    .isZero();
            assertThat(queue.isBroken()).isTrue();
        }
    }

    private void round(
            RingBuilder driver, SplitVirtQueue queue, IoVector vector, MemorySegment copy) {
        for (int i = 0; i < ROUND; i++) {
            driver.makeAvailable(0);
            queue.disableNotifications();
            int head = queue.pop(chain);
            if (head >= 0) {
                popped++;
            }
            chain.copyReadable(0, header, 0, 51);
            chain.copyReadable(0, copy, 0, 64);
            vector.clear();
            chain.readableSlice(51, 13, vector);
            chain.writableSlice(108, 512, vector);
            chain.writeWritable(0, header, 0, 64);
            chain.writeWritable(64, copy, 0, 44);
            queue.push(head, 620);
            queue.shouldNotify();
            queue.enableNotifications();
        }
    }

    /** The least that a round allocated: early rounds run code that is not compiled yet. */
    private long leastAllocated(Runnable round) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            round.run();
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }
}
