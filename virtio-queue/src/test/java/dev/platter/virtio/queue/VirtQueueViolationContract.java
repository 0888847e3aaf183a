package dev.platter.virtio.queue;

import static dev.platter.virtio.queue.RingBuilder.BASE;
import static dev.platter.virtio.queue.RingBuilder.INDIRECT;
import static dev.platter.virtio.queue.RingBuilder.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.memory.GuestMemoryMap;
import dev.platter.virtio.queue.RingBuilder.Piece;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every lie that can be told in either layout breaks its queue, and is named. */
abstract class VirtQueueViolationContract<R extends RingBuilder> {
    static final int SIZE = 8;
    static final long REGION = 4096;
    static final long TABLE = BASE + 1024;
    static final long FEATURES = VirtioFeatures.VERSION_1 | VirtioFeatures.RING_INDIRECT_DESC;
    static final Piece BYTE = new Piece(BASE, 1, 0);
    static final Piece WRITABLE_BYTE = new Piece(BASE, 1, WRITE);

    final Arena arena = Arena.ofConfined();
    final R driver = builder(arena);
    final DescriptorChain chain = new DescriptorChain(64);

    /** A ring of {@link #SIZE} with two regions of {@link #REGION}. */
    abstract R builder(Arena in);

    /** Puts something on the ring that no driver may put there: a head or an id that is none. */
    abstract void putNonsense();

    /** What {@link #putNonsense()} breaks. */
    abstract QueueViolation nonsense();

    @AfterEach
    void free() {
        arena.close();
    }

    @Test
    void fullRingIsAllowed() {
        VirtQueue queue = driver.queue(FEATURES);
        int[] heads = new int[SIZE];
        Arrays.setAll(heads, i -> driver.offer(BYTE));
        for (int head : heads) {
            assertThat(queue.pop(chain)).isEqualTo(head);
        }
        assertThat(queue.pop(chain)).isEqualTo(VirtQueue.NONE);
    }

    @Test
    void chainAsLongAsTheRingIsAllowed() {
        Piece[] pieces = new Piece[SIZE];
        Arrays.setAll(pieces, i -> new Piece(BASE + i, 1, 0));
        int head = driver.offer(pieces);
        assertThat(driver.queue(FEATURES).pop(chain)).isEqualTo(head);
        assertThat(chain.readableBytes()).isEqualTo(SIZE);
    }

    @Test
    void indirectNeedsItsFeature() {
        driver.offerIndirect(TABLE, BYTE);
        assertBroken(
                driver.queue(VirtioFeatures.VERSION_1), QueueViolation.INDIRECT_NOT_NEGOTIATED);
    }

    @Test
    void indirectWithinIndirectIsNested() {
        driver.offerIndirect(TABLE, BYTE, new Piece(TABLE, 32, INDIRECT));
        assertBroken(QueueViolation.INDIRECT_NESTED);
    }

    @Test
    void emptyIndirectTableIsRefused() {
        driver.offer(new Piece(TABLE, 0, INDIRECT));
        assertBroken(QueueViolation.INDIRECT_EMPTY);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 15, 17, 0xffff_ffffL})
    void unevenIndirectTableIsRefused(long lengthBytes) {
        driver.offer(new Piece(TABLE, lengthBytes, INDIRECT));
        assertBroken(QueueViolation.INDIRECT_LENGTH_UNEVEN);
    }

    @ParameterizedTest
    @ValueSource(longs = {65 * 16, 0x8000_0000L, 0xffff_fff0L})
    void indirectTableBeyondTheLimitIsRefused(long lengthBytes) {
        driver.offer(new Piece(TABLE, lengthBytes, INDIRECT));
        assertBroken(QueueViolation.INDIRECT_TOO_LONG);
    }

    @Test
    void indirectTableLongerThanTheQueueIsAllowed() {
        Piece[] pieces = new Piece[64];
        Arrays.setAll(pieces, i -> new Piece(BASE + i, 1, 0));
        int head = driver.offerIndirect(TABLE, pieces);
        assertThat(driver.queue(FEATURES).pop(chain)).isEqualTo(head);
        assertThat(chain.readableBytes()).isEqualTo(64);
    }

    @ParameterizedTest
    @ValueSource(longs = {BASE - 16, BASE + 2 * REGION, BASE + 2 * REGION - 16, 0, -16, -1})
    void indirectTableOutsideGuestMemoryIsRefused(long address) {
        driver.offer(new Piece(address, 32, INDIRECT));
        assertBroken(QueueViolation.INDIRECT_NOT_MAPPED);
    }

    @Test
    void writeFlagOfAnIndirectDescriptorDoesNotCount() {
        driver.table(TABLE, BYTE, WRITABLE_BYTE);
        driver.offer(new Piece(TABLE, 32, INDIRECT | WRITE));
        assertThat(driver.queue(FEATURES).pop(chain)).isNotNegative();
        assertThat(chain.readableBytes()).isEqualTo(1);
        assertThat(chain.writableBytes()).isEqualTo(1);
    }

    @Test
    void readableBehindWritableIsRefused() {
        driver.offer(WRITABLE_BYTE, BYTE);
        assertBroken(QueueViolation.READABLE_AFTER_WRITABLE);
    }

    @Test
    void readableBehindWritableInATableIsRefused() {
        driver.offerIndirect(TABLE, WRITABLE_BYTE, BYTE);
        assertBroken(QueueViolation.READABLE_AFTER_WRITABLE);
    }

    @Test
    void bufferThatWrapsTheAddressSpaceIsRefused() {
        driver.offer(new Piece(-8L, 9, 0));
        assertBroken(QueueViolation.BUFFER_WRAPS);
    }

    @Test
    void bufferUpToTheLastAddressDoesNotWrap() {
        GuestMemoryMap top =
                GuestMemoryMap.of(List.of(new GuestMemoryMap.Region(-64L, arena.allocate(64))));
        int head = driver.offer(new Piece(-8L, 8, 0));
        assertThat(driver.queue(FEATURES, top, SIZE).pop(chain)).isEqualTo(head);
        assertThat(chain.readableBytes()).isEqualTo(8);
    }

    @ParameterizedTest
    @ValueSource(longs = {BASE - 1, BASE + 2 * REGION - 1, BASE + 2 * REGION, 0, -2})
    void bufferOutsideGuestMemoryIsRefused(long address) {
        driver.offer(new Piece(address, 2, WRITE));
        assertBroken(QueueViolation.BUFFER_NOT_MAPPED);
    }

    @Test
    void emptyBufferMayLieAnywhere() {
        int head = driver.offer(new Piece(0xdead_beef_0000L, 0, 0), new Piece(BASE, 3, WRITE));
        assertThat(driver.queue(FEATURES).pop(chain)).isEqualTo(head);
        assertThat(chain.readablePieces()).isZero();
        assertThat(chain.writableBytes()).isEqualTo(3);
    }

    @Test
    void chainOver4GiBIsRefusedThoughItsBuffersAreMapped() {
        long half = 1L << 31;
        driver.offer(new Piece(0, half, 0), new Piece(0, half, WRITE), new Piece(0, 1, WRITE));
        assertBroken(
                driver.queue(FEATURES, untouchable(half), SIZE), QueueViolation.CHAIN_OVER_4_GIB);
    }

    @Test
    void chainOfExactly4GiBIsAllowed() {
        long half = 1L << 31;
        int head = driver.offer(new Piece(0, half, 0), new Piece(0, half, WRITE));
        assertThat(driver.queue(FEATURES, untouchable(half), SIZE).pop(chain)).isEqualTo(head);
        assertThat(chain.readableBytes() + chain.writableBytes()).isEqualTo(1L << 32);
    }

    /** Memory by name only: a queue resolves addresses and leaves the data alone. */
    @SuppressWarnings("restricted")
    private static GuestMemoryMap untouchable(long lengthBytes) {
        MemorySegment segment = MemorySegment.ofAddress(1L << 20).reinterpret(lengthBytes);
        return GuestMemoryMap.of(List.of(new GuestMemoryMap.Region(0, segment)));
    }

    @Test
    void chainWithMorePiecesThanThereIsRoomForIsRefused() {
        DescriptorChain small = new DescriptorChain(2);
        driver.offer(new Piece(BASE + REGION - 1, 2, 0), BYTE);
        VirtQueue queue = driver.queue(FEATURES);
        assertThat(queue.pop(small)).isEqualTo(VirtQueue.BROKEN);
        assertThat(queue.violation()).isEqualTo(QueueViolation.TOO_MANY_PIECES);
    }

    @ParameterizedTest
    @EnumSource(QueueViolation.class)
    void deviceMayBreakTheQueueAndTheFirstReasonStays(QueueViolation first) {
        driver.offer(BYTE);
        VirtQueue queue = driver.queue(FEATURES);
        queue.markBroken(first);
        queue.markBroken(QueueViolation.AVAIL_INDEX_JUMPED);
        assertBroken(queue, first);
        assertThat(first.sentence()).isNotBlank().doesNotEndWith(".");
    }

    @Test
    void brokenQueueStaysBrokenWhenTheGuestRepairsTheRing() {
        putNonsense();
        VirtQueue queue = driver.queue(FEATURES);
        assertBroken(queue, nonsense());
        driver.startAt(0);
        driver.offer(BYTE);
        assertBroken(queue, nonsense());
    }

    @Test
    void brokenQueueStillTakesBackWhatIsInFlight() {
        VirtQueue queue = driver.queue(FEATURES);
        int head = driver.offer(WRITABLE_BYTE);
        putNonsense();
        assertThat(queue.pop(chain)).isEqualTo(head);
        assertBroken(queue, nonsense());
        queue.push(head, 1);
        assertThat(driver.takeUsed()).isEqualTo(head);
        assertThat(driver.usedBytes()).isEqualTo(1);
        assertThat(queue.shouldNotify()).isTrue();
    }

    @Test
    void ownerOfABrokenQueueMaySleep() {
        VirtQueue queue = driver.queue(FEATURES);
        putNonsense();
        assertThat(queue.enableNotifications()).isFalse();
        assertBroken(queue, nonsense());
        assertThat(queue.enableNotifications()).isTrue();
    }

    @Test
    void positionStaysAtTheChainThatBrokeTheQueue() {
        VirtQueue queue = driver.queue(FEATURES);
        int head = driver.offer(BYTE);
        assertThat(queue.pop(chain)).isEqualTo(head);
        int before = queue.nextAvail();
        putNonsense();
        assertBroken(queue, nonsense());
        assertThat(queue.nextAvail()).isEqualTo(before);
    }

    final void assertBroken(QueueViolation expected) {
        assertBroken(driver.queue(FEATURES), expected);
    }

    final void assertBroken(VirtQueue queue, QueueViolation expected) {
        assertThat(queue.pop(chain)).isEqualTo(VirtQueue.BROKEN);
        assertThat(queue.isBroken()).isTrue();
        assertThat(queue.violation()).isEqualTo(expected);
        assertThat(queue.pop(chain)).isEqualTo(VirtQueue.BROKEN);
    }
}
