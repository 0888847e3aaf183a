package dev.platter.virtio.queue;

import static dev.platter.virtio.queue.RingBuilder.BASE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.platter.api.device.QueueRing;
import dev.platter.virtio.queue.RingBuilder.Piece;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A ring that cannot be run is refused in one sentence, before anything is touched. */
abstract class VirtQueueSetupContract {
    static final int SIZE = 8;
    static final int MAX_SIZE = 1024;
    static final Piece BYTE = new Piece(BASE, 1, RingBuilder.WRITE);

    final Arena arena = Arena.ofConfined();
    final DescriptorChain chain = new DescriptorChain(MAX_SIZE);
    final RingBuilder driver = RingBuilder.of(layout(), arena, SIZE, 4096);

    abstract Layout layout();

    @AfterEach
    void free() {
        arena.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, MAX_SIZE * 2, 32768, 65536})
    void sizeBeyondTheDevicesLimitIsRefused(int size) {
        assertRefused(size, driver.descriptors, driver.driverArea, driver.deviceArea, 0)
                .hasMessage("queue size " + size + " is not within 1 and " + MAX_SIZE);
    }

    @Test
    void specificationLimitsTheSizeWhereTheDeviceDoesNot() {
        QueueRing ring =
                new QueueRing(65536, driver.descriptors, driver.driverArea, driver.deviceArea);
        assertThatThrownBy(
                        () -> VirtQueue.of(ring, driver.memory, driver.layoutFeature(), 0, 1 << 20))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("32768");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 256, 1024, 32768})
    void everyPowerOfTwoUpToTheLimitRuns(int size) {
        assertRuns(size);
    }

    /** Fills the ring, and uses everything in the reverse order; three times. */
    final void assertRuns(int size) {
        RingBuilder ring = RingBuilder.of(layout(), arena, size, 4096);
        VirtQueue queue = ring.queue(0);
        assertThat(queue.size()).isEqualTo(size);
        int[] heads = new int[size];
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < size; i++) {
                heads[i] = ring.offer(BYTE);
            }
            for (int i = 0; i < size; i++) {
                assertThat(queue.pop(chain)).isEqualTo(heads[i]);
            }
            assertThat(queue.pop(chain)).isEqualTo(VirtQueue.NONE);
            for (int i = size - 1; i >= 0; i--) {
                queue.push(heads[i], i);
                assertThat(ring.takeUsed()).isEqualTo(heads[i]);
                assertThat(ring.usedBytes()).isEqualTo(i);
            }
        }
        assertThat(queue.nextAvail()).isEqualTo(ring.standing());
    }

    @Test
    void headThatNeverWasIsTheDevicesFaultAndTouchesNothing() {
        VirtQueue queue = driver.queue(0);
        assertThatThrownBy(() -> queue.push(SIZE, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> queue.push(-1, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(driver.hasUsed()).isFalse();
        assertThat(queue.shouldNotify()).isFalse();
    }

    @Test
    void queueThatFollowsAnotherGoesOnWhereThatStopped() {
        driver.startAt(3 * SIZE + 5);
        VirtQueue first = driver.queue(0);
        for (int i = 0; i < 2 * SIZE; i++) {
            first = serve(first, i % 2);
        }
        assertThat(first.nextAvail()).isEqualTo(driver.standing());
    }

    /** Serves a chain of one or two descriptors by a queue that takes over from another. */
    private VirtQueue serve(VirtQueue before, int more) {
        VirtQueue queue =
                VirtQueue.of(
                        driver.ring(),
                        driver.memory,
                        driver.layoutFeature(),
                        before.nextAvail(),
                        MAX_SIZE);
        assertThat(queue.pop(chain)).isEqualTo(VirtQueue.NONE);
        int head = more == 0 ? driver.offer(BYTE) : driver.offer(BYTE, BYTE);
        assertThat(queue.pop(chain)).isEqualTo(head);
        queue.push(head, 1);
        assertThat(driver.takeUsed()).isEqualTo(head);
        return queue;
    }

    @Test
    void reboundQueueGoesOnInTheNewMemory() {
        driver.startAt(65533);
        VirtQueue queue = driver.queue(0);
        int head = driver.offer(BYTE);
        assertThat(queue.pop(chain)).isEqualTo(head);
        queue.push(head, 1);

        RingBuilder moved = RingBuilder.of(layout(), arena, SIZE, 4096).startAt(65534);
        queue.rebind(moved.memory, moved.ring());
        moved.guestBytes(BASE + 7, new byte[] {1, 2, 3});
        int movedHead = moved.offer(new Piece(BASE + 7, 3, 0));
        assertThat(queue.pop(chain)).isEqualTo(movedHead);
        byte[] seen = new byte[3];
        assertThat(chain.copyReadable(0, seen, 0, 3)).isEqualTo(3);
        assertThat(seen).containsExactly(1, 2, 3);
        queue.push(movedHead, 0);
        assertThat(moved.takeUsed()).isEqualTo(movedHead);
        assertThat(driver.takeUsed()).isEqualTo(head);
        assertThat(driver.hasUsed()).isFalse();
    }

    @Test
    void refusedRebindChangesNothing() {
        VirtQueue queue = driver.queue(0);
        RingBuilder other = RingBuilder.of(layout(), arena, SIZE * 2, 4096);
        assertThatThrownBy(() -> queue.rebind(other.memory, other.ring()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("queue size 16 is not the 8 that the queue was started with");
        int head = driver.offer(BYTE);
        assertThat(queue.pop(chain)).isEqualTo(head);
    }

    final AbstractThrowableAssert<?, ?> assertRefused(
            int size,
            MemorySegment descriptors,
            MemorySegment driverArea,
            MemorySegment deviceArea,
            long features) {
        QueueRing ring = new QueueRing(size, descriptors, driverArea, deviceArea);
        long withLayout = features | driver.layoutFeature();
        return assertThatThrownBy(
                        () ->
                                VirtQueue.of(
                                        ring,
                                        driver.memory,
                                        withLayout,
                                        VirtQueue.firstAvail(withLayout),
                                        MAX_SIZE))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
