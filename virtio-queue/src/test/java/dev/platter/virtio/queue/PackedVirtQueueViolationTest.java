package dev.platter.virtio.queue;

import static dev.platter.virtio.queue.RingBuilder.BASE;
import static dev.platter.virtio.queue.RingBuilder.INDIRECT;
import static dev.platter.virtio.queue.RingBuilder.NEXT;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lies of a packed ring's driver. */
class PackedVirtQueueViolationTest extends VirtQueueViolationContract<PackedRingBuilder> {
    private static final int AVAIL = 0x80;
    private static final int USED = 0x8000;

    @Override
    PackedRingBuilder builder(Arena in) {
        return new PackedRingBuilder(in, SIZE, REGION, REGION);
    }

    @Override
    void putNonsense() {
        driver.put(BASE, 1, SIZE, 0);
    }

    @Override
    QueueViolation nonsense() {
        return QueueViolation.ID_OUT_OF_RANGE;
    }

    @ParameterizedTest
    @ValueSource(ints = {SIZE, 0x7fff, 0x8000, 0xffff})
    void idNotBelowTheQueueSizeIsOutOfRange(int id) {
        driver.put(BASE, 1, id, 0);
        assertBroken(QueueViolation.ID_OUT_OF_RANGE);
    }

    @ParameterizedTest
    @ValueSource(ints = {SIZE, 0xffff})
    void idOfAnIndirectDescriptorIsCheckedToo(int id) {
        driver.table(TABLE, BYTE);
        driver.put(TABLE, 16, id, INDIRECT);
        assertBroken(QueueViolation.ID_OUT_OF_RANGE);
    }

    @Test
    void idThatIsInFlightIsRefused() {
        driver.put(BASE, 1, 5, 0);
        driver.put(BASE, 1, 5, 0);
        VirtQueue queue = driver.queue(FEATURES);
        assertThat(queue.pop(chain)).isEqualTo(5);
        assertBroken(queue, QueueViolation.ID_IN_FLIGHT);
    }

    @Test
    void idIsFreeAgainOnceItsBufferWasUsed() {
        VirtQueue queue = driver.queue(FEATURES);
        for (int i = 0; i < 3 * SIZE; i++) {
            driver.put(BASE, 1, 5, 0);
            assertThat(queue.pop(chain)).isEqualTo(5);
            queue.push(5, 0);
        }
    }

    @Test
    void onlyTheLastDescriptorsIdCounts() {
        driver.put(BASE, 1, 0xffff, NEXT);
        driver.put(BASE, 1, 3, 0);
        assertThat(driver.queue(FEATURES).pop(chain)).isEqualTo(3);
    }

    @Test
    void chainLongerThanTheRingIsRefused() {
        for (int i = 0; i < SIZE + 1; i++) {
            driver.put(BASE, 1, 0, NEXT);
        }
        // Its first descriptor was overwritten by the last one: as it was before.
        driver.write(0, BASE, 1, 0, NEXT | AVAIL);
        assertBroken(QueueViolation.CHAIN_LONGER_THAN_RING);
    }

    @Test
    void ringOfEmptyDescriptorsThatAllGoOnIsRefused() {
        for (int i = 0; i < SIZE; i++) {
            driver.put(0, 0, 0, NEXT);
        }
        assertBroken(QueueViolation.CHAIN_LONGER_THAN_RING);
    }

    @Test
    void chainThatNeedsDescriptorsInFlightIsRefused() {
        VirtQueue queue = driver.queue(FEATURES);
        int head = driver.offer(BYTE, BYTE, BYTE);
        assertThat(queue.pop(chain)).isEqualTo(head);
        for (int i = 0; i < SIZE - 2; i++) {
            driver.put(BASE, 1, 1, NEXT);
        }
        assertBroken(queue, QueueViolation.RING_OVERRUN);
    }

    @Test
    void descriptorMadeAvailableOverOneInFlightIsRefused() {
        VirtQueue queue = driver.queue(FEATURES);
        for (int i = 0; i < SIZE; i++) {
            driver.offer(BYTE);
            assertThat(queue.pop(chain)).isNotNegative();
        }
        assertThat(queue.pop(chain)).isEqualTo(VirtQueue.NONE);
        driver.put(BASE, 1, 1, 0);
        assertBroken(queue, QueueViolation.RING_OVERRUN);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, USED, AVAIL | USED})
    void chainThatGoesOnWhereNothingIsAvailableIsRefused(int wrapFlags) {
        driver.write(1, BASE, 1, 0, wrapFlags);
        driver.write(0, BASE, 1, 0, NEXT | AVAIL);
        assertBroken(QueueViolation.CHAIN_NOT_AVAILABLE);
    }

    @Test
    void chainIsAvailableByTheOtherFlagBehindTheRingsEnd() {
        driver.startAt(SIZE - 1);
        driver.write(0, BASE, 1, 4, USED);
        driver.write(SIZE - 1, BASE, 1, 0, NEXT | AVAIL);
        assertThat(driver.queue(FEATURES).pop(chain)).isEqualTo(4);
        driver.write(0, BASE, 1, 4, AVAIL);
        assertBroken(QueueViolation.CHAIN_NOT_AVAILABLE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, USED, AVAIL | USED})
    void descriptorThatIsNotAvailableIsNone(int wrapFlags) {
        driver.write(0, BASE, 1, 0, wrapFlags);
        VirtQueue queue = driver.queue(FEATURES);
        assertThat(queue.pop(chain)).isEqualTo(VirtQueue.NONE);
        assertThat(queue.enableNotifications()).isTrue();
    }

    @Test
    void indirectWithNextIsRefused() {
        driver.put(TABLE, 16, 0, INDIRECT | NEXT);
        driver.put(BASE, 1, 0, 0);
        assertBroken(QueueViolation.INDIRECT_WITH_NEXT);
    }

    @Test
    void indirectBehindADirectDescriptorIsRefused() {
        driver.table(TABLE, BYTE);
        driver.put(BASE, 1, 0, NEXT);
        driver.put(TABLE, 16, 0, INDIRECT);
        assertBroken(QueueViolation.INDIRECT_IN_CHAIN);
    }

    /** Of a table's flags only WRITE counts; all its descriptors belong to it (§2.8.7). */
    @Test
    void nextInATableMeansNothing() {
        driver.indirectDescriptor(TABLE, 0, BASE, 1, 7, 0);
        driver.indirectDescriptor(TABLE, 1, BASE, 2, 7, AVAIL | USED);
        driver.indirectDescriptor(TABLE, 2, BASE, 4, 7, NEXT);
        driver.put(TABLE, 3 * 16, 2, INDIRECT);
        assertThat(driver.queue(FEATURES).pop(chain)).isEqualTo(2);
        assertThat(chain.readableBytes()).isEqualTo(7);
    }
}
