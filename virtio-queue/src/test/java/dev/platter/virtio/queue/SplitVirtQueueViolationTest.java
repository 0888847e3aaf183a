package dev.platter.virtio.queue;

import static dev.platter.virtio.queue.RingBuilder.BASE;
import static dev.platter.virtio.queue.RingBuilder.INDIRECT;
import static dev.platter.virtio.queue.RingBuilder.NEXT;
import static dev.platter.virtio.queue.RingBuilder.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.memory.GuestMemoryMap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every lie a guest can tell breaks its queue, and is named. */
class SplitVirtQueueViolationTest {
    private static final int SIZE = 8;
    private static final long REGION = 4096;
    private static final long TABLE = BASE + 1024;
    private static final long FEATURES =
            VirtioFeatures.VERSION_1 | VirtioFeatures.RING_INDIRECT_DESC;

    private final Arena arena = Arena.ofConfined();
    private final RingBuilder driver = new RingBuilder(arena, SIZE, REGION, REGION);
    private final DescriptorChain chain = new DescriptorChain(64);

    @AfterEach
    void free() {
        arena.close();
    }

    @Test
    void availIndexAheadByMoreThanTheSizeIsAJump() {
        driver.publishAvailIdx(SIZE + 1);
        assertBroken(driver.queue(FEATURES), QueueViolation.AVAIL_INDEX_JUMPED);
    }

    @Test
    void availIndexGoingBackIsAJump() {
        driver.startAt(100);
        SplitVirtQueue queue = driver.queue(FEATURES);
        driver.publishAvailIdx(99);
        assertBroken(queue, QueueViolation.AVAIL_INDEX_JUMPED);
    }

    @Test
    void availIndexAheadByTheSizeIsAllowed() {
        SplitVirtQueue queue = driver.queue(FEATURES);
        for (int i = 0; i < SIZE; i++) {
            driver.descriptor(i, BASE, 1, 0, 0);
            driver.makeAvailable(i);
        }
        for (int i = 0; i < SIZE; i++) {
            assertThat(queue.pop(chain)).isEqualTo(i);
        }
        assertThat(queue.pop(chain)).isEqualTo(VirtQueue.NONE);
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
    void chainAsLongAsTheTableIsAllowed() {
        for (int i = 0; i < SIZE; i++) {
            driver.descriptor(i, BASE + i, 1, i == SIZE - 1 ? 0 : NEXT, i + 1);
        }
        driver.makeAvailable(0);
        assertThat(driver.queue(FEATURES).pop(chain)).isZero();
        assertThat(chain.readableBytes()).isEqualTo(SIZE);
    }

    @Test
    void indirectNeedsItsFeature() {
        driver.descriptor(0, TABLE, 16, INDIRECT, 0);
        driver.makeAvailable(0);
        assertBroken(
                driver.queue(VirtioFeatures.VERSION_1), QueueViolation.INDIRECT_NOT_NEGOTIATED);
    }

    @Test
    void indirectWithinIndirectIsNested() {
        driver.descriptor(0, TABLE, 2 * 16, INDIRECT, 0);
        driver.indirectDescriptor(TABLE, 0, BASE, 1, NEXT, 1);
        driver.indirectDescriptor(TABLE, 1, TABLE, 32, INDIRECT, 0);
        assertBreaks(0, QueueViolation.INDIRECT_NESTED);
    }

    @Test
    void indirectWithNextIsRefused() {
        driver.descriptor(0, TABLE, 16, INDIRECT | NEXT, 1);
        assertBreaks(0, QueueViolation.INDIRECT_WITH_NEXT);
    }

    @Test
    void emptyIndirectTableIsRefused() {
        driver.descriptor(0, TABLE, 0, INDIRECT, 0);
        assertBreaks(0, QueueViolation.INDIRECT_EMPTY);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 15, 17, 0xffff_ffffL})
    void unevenIndirectTableIsRefused(long lengthBytes) {
        driver.descriptor(0, TABLE, lengthBytes, INDIRECT, 0);
        assertBreaks(0, QueueViolation.INDIRECT_LENGTH_UNEVEN);
    }

    @ParameterizedTest
    @ValueSource(longs = {65 * 16, 0x8000_0000L, 0xffff_fff0L})
    void indirectTableBeyondTheLimitIsRefused(long lengthBytes) {
        driver.descriptor(0, TABLE, lengthBytes, INDIRECT, 0);
        assertBreaks(0, QueueViolation.INDIRECT_TOO_LONG);
    }

    @Test
    void indirectTableLongerThanTheQueueIsAllowed() {
        driver.descriptor(0, TABLE, 64 * 16, INDIRECT, 0);
        for (int i = 0; i < 64; i++) {
            driver.indirectDescriptor(TABLE, i, BASE + i, 1, i == 63 ? 0 : NEXT, i + 1);
        }
        driver.makeAvailable(0);
        assertThat(driver.queue(FEATURES).pop(chain)).isZero();
        assertThat(chain.readableBytes()).isEqualTo(64);
    }

    @ParameterizedTest
    @ValueSource(longs = {BASE - 16, BASE + 2 * REGION, BASE + 2 * REGION - 16, 0, -16, -1})
    void indirectTableOutsideGuestMemoryIsRefused(long address) {
        driver.descriptor(0, address, 32, INDIRECT, 0);
        assertBreaks(0, QueueViolation.INDIRECT_NOT_MAPPED);
    }

    @Test
    void readableBehindWritableIsRefused() {
        driver.descriptor(0, BASE, 1, WRITE | NEXT, 1);
        driver.descriptor(1, BASE, 1, 0, 0);
        assertBreaks(0, QueueViolation.READABLE_AFTER_WRITABLE);
    }

    @Test
    void readableInATableBehindWritableInTheRingIsRefused() {
        driver.descriptor(0, BASE, 1, WRITE | NEXT, 1);
        driver.descriptor(1, TABLE, 16, INDIRECT, 0);
        driver.indirectDescriptor(TABLE, 0, BASE, 1, 0, 0);
        assertBreaks(0, QueueViolation.READABLE_AFTER_WRITABLE);
    }

    @Test
    void bufferThatWrapsTheAddressSpaceIsRefused() {
        driver.descriptor(0, -8L, 9, 0, 0);
        assertBreaks(0, QueueViolation.BUFFER_WRAPS);
    }

    @Test
    void bufferUpToTheLastAddressDoesNotWrap() {
        GuestMemoryMap top =
                GuestMemoryMap.of(List.of(new GuestMemoryMap.Region(-64L, arena.allocate(64))));
        driver.descriptor(0, -8L, 8, 0, 0);
        driver.makeAvailable(0);
        SplitVirtQueue queue = new SplitVirtQueue(driver.ring(), top, FEATURES, 0, SIZE);
        assertThat(queue.pop(chain)).isZero();
        assertThat(chain.readableBytes()).isEqualTo(8);
    }

    @ParameterizedTest
    @ValueSource(longs = {BASE - 1, BASE + 2 * REGION - 1, BASE + 2 * REGION, 0, -2})
    void bufferOutsideGuestMemoryIsRefused(long address) {
        driver.descriptor(0, address, 2, WRITE, 0);
        assertBreaks(0, QueueViolation.BUFFER_NOT_MAPPED);
    }

    @Test
    void emptyBufferMayLieAnywhere() {
        driver.descriptor(0, 0xdead_beef_0000L, 0, NEXT, 1);
        driver.descriptor(1, BASE, 3, WRITE, 0);
        driver.makeAvailable(0);
        assertThat(driver.queue(FEATURES).pop(chain)).isZero();
        assertThat(chain.readablePieces()).isZero();
        assertThat(chain.writableBytes()).isEqualTo(3);
    }

    @Test
    void chainOver4GiBIsRefusedThoughItsBuffersAreMapped() {
        long half = 1L << 31;
        GuestMemoryMap large =
                GuestMemoryMap.of(List.of(new GuestMemoryMap.Region(0, untouchable(half))));
        driver.descriptor(0, 0, half, NEXT, 1);
        driver.descriptor(1, 0, half, WRITE | NEXT, 2);
        driver.descriptor(2, 0, 1, WRITE, 0);
        driver.makeAvailable(0);
        SplitVirtQueue queue = new SplitVirtQueue(driver.ring(), large, FEATURES, 0, SIZE);
        assertBroken(queue, QueueViolation.CHAIN_OVER_4_GIB);
    }

    @Test
    void chainOfExactly4GiBIsAllowed() {
        long half = 1L << 31;
        GuestMemoryMap large =
                GuestMemoryMap.of(List.of(new GuestMemoryMap.Region(0, untouchable(half))));
        driver.descriptor(0, 0, half, NEXT, 1);
        driver.descriptor(1, 0, half, WRITE, 0);
        driver.makeAvailable(0);
        SplitVirtQueue queue = new SplitVirtQueue(driver.ring(), large, FEATURES, 0, SIZE);
        assertThat(queue.pop(chain)).isZero();
        assertThat(chain.readableBytes() + chain.writableBytes()).isEqualTo(1L << 32);
    }

    @Test
    void chainWithMorePiecesThanThereIsRoomForIsRefused() {
        DescriptorChain small = new DescriptorChain(2);
        driver.descriptor(0, BASE + REGION - 1, 2, NEXT, 1);
        driver.descriptor(1, BASE, 1, 0, 0);
        driver.makeAvailable(0);
        SplitVirtQueue queue = driver.queue(FEATURES);
        assertThat(queue.pop(small)).isEqualTo(VirtQueue.BROKEN);
        assertThat(queue.violation()).isEqualTo(QueueViolation.TOO_MANY_PIECES);
    }

    @ParameterizedTest
    @EnumSource(QueueViolation.class)
    void deviceMayBreakTheQueueAndTheFirstReasonStays(QueueViolation first) {
        driver.descriptor(0, BASE, 1, 0, 0);
        driver.makeAvailable(0);
        SplitVirtQueue queue = driver.queue(FEATURES);
        queue.markBroken(first);
        queue.markBroken(QueueViolation.AVAIL_INDEX_JUMPED);
        assertBroken(queue, first);
        assertThat(first.sentence()).isNotBlank().doesNotEndWith(".");
    }

    @Test
    void brokenQueueStaysBrokenWhenTheGuestRepairsTheRing() {
        driver.makeAvailable(SIZE);
        SplitVirtQueue queue = driver.queue(FEATURES);
        assertBroken(queue, QueueViolation.HEAD_OUT_OF_RANGE);
        driver.startAt(0);
        driver.descriptor(0, BASE, 1, 0, 0);
        driver.makeAvailable(0);
        assertBroken(queue, QueueViolation.HEAD_OUT_OF_RANGE);
    }

    @Test
    void brokenQueueStillTakesBackWhatIsInFlight() {
        driver.descriptor(2, BASE, 1, WRITE, 0);
        driver.makeAvailable(2);
        driver.makeAvailable(SIZE);
        SplitVirtQueue queue = driver.queue(FEATURES);
        assertThat(queue.pop(chain)).isEqualTo(2);
        assertBroken(queue, QueueViolation.HEAD_OUT_OF_RANGE);
        queue.push(2, 1);
        assertThat(driver.usedIdx()).isEqualTo(1);
        assertThat(driver.usedHead(0)).isEqualTo(2);
        assertThat(queue.shouldNotify()).isTrue();
    }

    @Test
    void ownerOfABrokenQueueMaySleep() {
        driver.makeAvailable(SIZE);
        SplitVirtQueue queue = driver.queue(FEATURES);
        assertThat(queue.enableNotifications()).isFalse();
        assertBroken(queue, QueueViolation.HEAD_OUT_OF_RANGE);
        assertThat(queue.enableNotifications()).isTrue();
    }

    @Test
    void positionStaysAtTheChainThatBrokeTheQueue() {
        driver.descriptor(0, BASE, 1, 0, 0);
        driver.makeAvailable(0);
        driver.makeAvailable(SIZE);
        SplitVirtQueue queue = driver.queue(FEATURES);
        assertThat(queue.pop(chain)).isZero();
        assertBroken(queue, QueueViolation.HEAD_OUT_OF_RANGE);
        assertThat(queue.nextAvail()).isEqualTo(1);
    }

    /** Memory by name only: a queue resolves addresses and leaves the data alone. */
    @SuppressWarnings("restricted")
    private static MemorySegment untouchable(long lengthBytes) {
        return MemorySegment.ofAddress(1L << 20).reinterpret(lengthBytes);
    }

    private void assertBreaks(int head, QueueViolation expected) {
        driver.makeAvailable(head);
        assertBroken(driver.queue(FEATURES), expected);
    }

    private void assertBroken(SplitVirtQueue queue, QueueViolation expected) {
        assertThat(queue.pop(chain)).isEqualTo(VirtQueue.BROKEN);
        assertThat(queue.isBroken()).isTrue();
        assertThat(queue.violation()).isEqualTo(expected);
        assertThat(queue.pop(chain)).isEqualTo(VirtQueue.BROKEN);
    }
}
