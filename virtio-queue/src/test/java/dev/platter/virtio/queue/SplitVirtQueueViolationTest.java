package dev.platter.virtio.queue;

import static dev.platter.virtio.queue.RingBuilder.BASE;
import static dev.platter.virtio.queue.RingBuilder.INDIRECT;
import static dev.platter.virtio.queue.RingBuilder.NEXT;
import static dev.platter.virtio.queue.RingBuilder.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.virtio.queue.RingBuilder.Piece;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lies of a split ring's driver. */
class SplitVirtQueueViolationTest extends VirtQueueViolationContract<SplitRingBuilder> {
    @Override
    SplitRingBuilder builder(Arena in) {
        return new SplitRingBuilder(in, SIZE, REGION, REGION);
    }

    @Override
    void putNonsense() {
        driver.makeAvailable(SIZE);
    }

    @Override
    QueueViolation nonsense() {
        return QueueViolation.HEAD_OUT_OF_RANGE;
    }

    @Test
    void availIndexAheadByMoreThanTheSizeIsAJump() {
        driver.publishAvailIdx(SIZE + 1);
        assertBroken(QueueViolation.AVAIL_INDEX_JUMPED);
    }

    @Test
    void availIndexGoingBackIsAJump() {
        driver.startAt(100);
        VirtQueue queue = driver.queue(FEATURES);
        driver.publishAvailIdx(99);
        assertBroken(queue, QueueViolation.AVAIL_INDEX_JUMPED);
    }

    @ParameterizedTest
    @ValueSource(ints = {SIZE, 0x7fff, 0x8000, 0xffff})
    void headBeyondTheTableIsOutOfRange(int head) {
        assertBreaks(head, QueueViolation.HEAD_OUT_OF_RANGE);
    }

    @ParameterizedTest
    @ValueSource(ints = {SIZE, 0x8000, 0xffff})
    void nextBeyondTheTableIsOutOfRange(int next) {
        driver.descriptor(0, BASE, 1, NEXT, next);
        assertBreaks(0, QueueViolation.NEXT_OUT_OF_RANGE);
    }

    @Test
    void nextBeyondTheIndirectTableIsOutOfRange() {
        driver.descriptor(0, TABLE, 2 * 16, INDIRECT, 0);
        driver.indirectDescriptor(TABLE, 0, BASE, 1, NEXT, 2);
        assertBreaks(0, QueueViolation.NEXT_OUT_OF_RANGE);
    }

    @Test
    void nextFieldWithoutItsFlagDoesNotCount() {
        driver.descriptor(0, BASE, 1, 0, 0xffff);
        driver.makeAvailable(0);
        assertThat(driver.queue(FEATURES).pop(chain)).isZero();
    }

    @Test
    void descriptorThatFollowsItselfLoops() {
        driver.descriptor(3, BASE, 1, NEXT, 3);
        assertBreaks(3, QueueViolation.CHAIN_LOOPS);
    }

    @Test
    void ringOfEmptyDescriptorsLoops() {
        for (int i = 0; i < SIZE; i++) {
            driver.descriptor(i, 0, 0, NEXT, (i + 1) % SIZE);
        }
        assertBreaks(0, QueueViolation.CHAIN_LOOPS);
    }

    @Test
    void loopInAnIndirectTableIsFound() {
        driver.descriptor(0, TABLE, 2 * 16, INDIRECT, 0);
        driver.indirectDescriptor(TABLE, 0, BASE, 1, NEXT, 1);
        driver.indirectDescriptor(TABLE, 1, BASE, 1, NEXT, 0);
        assertBreaks(0, QueueViolation.CHAIN_LOOPS);
    }

    @Test
    void indirectWithNextIsRefused() {
        driver.descriptor(0, TABLE, 16, INDIRECT | NEXT, 1);
        assertBreaks(0, QueueViolation.INDIRECT_WITH_NEXT);
    }

    @Test
    void readableInATableBehindWritableInTheRingIsRefused() {
        driver.table(TABLE, BYTE);
        driver.offer(new Piece(BASE, 1, WRITE), new Piece(TABLE, 16, INDIRECT));
        assertBroken(QueueViolation.READABLE_AFTER_WRITABLE);
    }

    private void assertBreaks(int head, QueueViolation expected) {
        driver.makeAvailable(head);
        assertBroken(expected);
    }
}
