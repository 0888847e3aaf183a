package dev.platter.virtio.queue;

import static dev.platter.virtio.queue.RingBuilder.BASE;
import static dev.platter.virtio.queue.RingBuilder.INDIRECT;
import static dev.platter.virtio.queue.RingBuilder.NEXT;
import static dev.platter.virtio.queue.RingBuilder.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.platter.api.memory.IoVector;
import dev.platter.virtio.queue.RingBuilder.Piece;
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

    private static final long TABLE = BASE + 256;
    private static final Piece HEADER = new Piece(BASE, 51, 0);
    private static final Piece DATA_OUT = new Piece(BASE + 64, 13, 0);
    private static final Piece RESPONSE = new Piece(BASE + 128, 108, WRITE);
    private static final Piece DATA_IN = new Piece(BASE + 4000, 512, WRITE);

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final DescriptorChain chain = new DescriptorChain(16);
    private final byte[] header = new byte[64];
    private long popped;

    @ParameterizedTest
    @ValueSource(longs = {0, VirtioFeatures.RING_EVENT_IDX})
    void splitPopSlicePushAndNotifyAllocateNothing(long features) {
        try (Arena arena = Arena.ofConfined()) {
            SplitRingBuilder driver = new SplitRingBuilder(arena, SIZE, 4096, 4096);
            driver.descriptor(0, HEADER.address(), HEADER.lengthBytes(), NEXT, 1);
            driver.descriptor(1, TABLE, 3 * 16, INDIRECT, 0);
            driver.table(TABLE, DATA_OUT, RESPONSE, DATA_IN);
            assertAllocatesNothing(driver, features, () -> driver.makeAvailable(0));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, VirtioFeatures.RING_EVENT_IDX})
    void packedPopSlicePushAndNotifyAllocateNothing(long features) {
        try (Arena arena = Arena.ofConfined()) {
            PackedRingBuilder driver = new PackedRingBuilder(arena, SIZE, 4096, 4096);
            driver.table(TABLE, HEADER, DATA_OUT, RESPONSE, DATA_IN);
            assertAllocatesNothing(driver, features, () -> driver.put(TABLE, 4 * 16, 9, INDIRECT));
        }
    }

    private void assertAllocatesNothing(RingBuilder driver, long features, Runnable offer) {
        try (Arena arena = Arena.ofConfined()) {
            VirtQueue queue = driver.queue(features | VirtioFeatures.RING_INDIRECT_DESC);
            IoVector vector = new IoVector(arena, 8);
            MemorySegment copy = arena.allocate(64);
            assertThat(leastAllocated(() -> round(offer, queue, vector, copy))).isZero();
            assertThat(popped).isEqualTo((long) ROUND * ROUNDS);
        }
    }

    @Test
    void lyingGuestCostsNoMemoryEither() {
        try (Arena arena = Arena.ofConfined()) {
            SplitRingBuilder split = new SplitRingBuilder(arena, SIZE, 4096);
            split.makeAvailable(SIZE);
            assertLyingIsFree(split);
            PackedRingBuilder packed = new PackedRingBuilder(arena, SIZE, 4096);
            packed.put(BASE, 1, SIZE, 0);
            assertLyingIsFree(packed);
        }
    }

    private void assertLyingIsFree(RingBuilder driver) {
        VirtQueue queue = driver.queue(0);
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

    private void round(Runnable offer, VirtQueue queue, IoVector vector, MemorySegment copy) {
        for (int i = 0; i < ROUND; i++) {
            offer.run();
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
