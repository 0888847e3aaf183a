package dev.platter.virtio.queue;

import static dev.platter.virtio.queue.RingBuilder.BASE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.platter.api.device.QueueRing;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A ring that cannot be run is refused in one sentence, before anything is touched. */
class SplitVirtQueueSetupTest {
    private static final int SIZE = 8;
    private static final int MAX_SIZE = 1024;

    private final Arena arena = Arena.ofConfined();
    private final RingBuilder driver = new RingBuilder(arena, SIZE, 4096);
    private final DescriptorChain chain = new DescriptorChain(8);

    @AfterEach
    void free() {
        arena.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, MAX_SIZE * 2, 32768, 65536})
    void sizeBeyondTheDevicesLimitIsRefused(int size) {
        assertRefused(size, driver.descriptors, driver.avail, driver.used, 0)
                .hasMessage("queue size " + size + " is not within 1 and " + MAX_SIZE);
    }

    @Test
    void specificationLimitsTheSizeWhereTheDeviceDoesNot() {
        QueueRing ring = new QueueRing(65536, driver.descriptors, driver.avail, driver.used);
        assertThatThrownBy(() -> new SplitVirtQueue(ring, driver.memory, 0, 0, 1 << 20))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("32768");
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 6, 1000})
    void sizeThatIsNoPowerOfTwoIsRefused(int size) {
        assertRefused(size, driver.descriptors, driver.avail, driver.used, 0)
                .hasMessage("queue size " + size + " is not a power of two");
    }

    @Test
    void misalignedAreasAreRefused() {
        MemorySegment area = arena.allocate(1024, 16);
        assertRefused(SIZE, area.asSlice(8), driver.avail, driver.used, 0)
                .hasMessage("the descriptor table is not aligned to 16 bytes");
        assertRefused(SIZE, driver.descriptors, area.asSlice(1), driver.used, 0)
                .hasMessage("the available ring is not aligned to 2 bytes");
        assertRefused(SIZE, driver.descriptors, driver.avail, area.asSlice(2), 0)
                .hasMessage("the used ring is not aligned to 4 bytes");
    }

    @Test
    void areasThatAreTooSmallAreRefused() {
        assertRefused(SIZE, driver.descriptors.asSlice(0, 127), driver.avail, driver.used, 0)
                .hasMessage("the descriptor table needs 128 bytes and has only 127");
        assertRefused(SIZE, driver.descriptors, driver.avail.asSlice(0, 19), driver.used, 0)
                .hasMessage("the available ring needs 20 bytes and has only 19");
        assertRefused(SIZE, driver.descriptors, driver.avail, driver.used.asSlice(0, 67), 0)
                .hasMessage("the used ring needs 68 bytes and has only 67");
    }

    @Test
    void eventIndicesNeedTheirRoomOnlyWhenNegotiated() {
        MemorySegment avail = driver.avail.asSlice(0, 20);
        MemorySegment used = driver.used.asSlice(0, 68);
        long eventIdx = VirtioFeatures.RING_EVENT_IDX;
        assertRefused(SIZE, driver.descriptors, avail, driver.used, eventIdx)
                .hasMessage("the available ring needs 22 bytes and has only 20");
        assertRefused(SIZE, driver.descriptors, driver.avail, used, eventIdx)
                .hasMessage("the used ring needs 70 bytes and has only 68");
        QueueRing ring = new QueueRing(SIZE, driver.descriptors, avail, used);
        assertThat(new SplitVirtQueue(ring, driver.memory, 0, 0, MAX_SIZE).pop(chain))
                .isEqualTo(VirtQueue.NONE);
    }

    @Test
    void memoryThatCannotBeSharedOrWrittenIsRefused() {
        assertRefused(SIZE, MemorySegment.ofArray(new byte[128]), driver.avail, driver.used, 0)
                .hasMessage("the descriptor table is not in native memory");
        assertRefused(SIZE, driver.descriptors, driver.avail, driver.used.asReadOnly(), 0)
                .hasMessage("the used ring lies in read-only memory");
    }

    @Test
    void packedQueueIsRefused() {
        assertRefused(
                        SIZE,
                        driver.descriptors,
                        driver.avail,
                        driver.used,
                        VirtioFeatures.RING_PACKED)
                .hasMessage("a packed queue was negotiated, not a split one");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 1024, 32768})
    void everyPowerOfTwoUpToTheLimitRuns(int size) {
        RingBuilder ring = new RingBuilder(arena, size, 4096);
        ring.descriptor(size - 1, BASE, 1, 0, 0);
        SplitVirtQueue queue = ring.queue(0);
        ring.makeAvailable(size - 1);
        assertThat(queue.size()).isEqualTo(size);
        assertThat(queue.pop(chain)).isEqualTo(size - 1);
        queue.push(size - 1, 0);
        assertThat(ring.usedHead(0)).isEqualTo(size - 1);
    }

    @Test
    void usedIndexGoesOnWhereGuestMemorySaysAndAvailIndexWhereTheCallerSays() {
        driver.startAt(0xfffe);
        driver.descriptor(5, BASE, 1, RingBuilder.WRITE, 0);
        driver.publishAvailIdx(0xffff);
        SplitVirtQueue queue =
                new SplitVirtQueue(driver.ring(), driver.memory, 0, 0xffff, MAX_SIZE);
        assertThat(queue.pop(chain)).isEqualTo(VirtQueue.NONE);
        driver.makeAvailable(5);
        assertThat(queue.pop(chain)).isEqualTo(5);
        assertThat(queue.nextAvail()).isZero();
        queue.push(5, 1);
        assertThat(driver.usedIdx()).isEqualTo(0xffff);
        assertThat(driver.usedHead(0xfffe)).isEqualTo(5);
    }

    @Test
    void headThatNeverWasIsTheDevicesFaultAndTouchesNothing() {
        SplitVirtQueue queue = driver.queue(0);
        assertThatThrownBy(() -> queue.push(SIZE, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> queue.push(-1, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(driver.usedIdx()).isZero();
        assertThat(queue.shouldNotify()).isFalse();
    }

    @Test
    void reboundQueueGoesOnInTheNewMemory() {
        driver.startAt(65533);
        SplitVirtQueue queue = driver.queue(0);
        driver.descriptor(0, BASE, 1, RingBuilder.WRITE, 0);
        driver.makeAvailable(0);
        assertThat(queue.pop(chain)).isZero();
        queue.push(0, 1);

        RingBuilder moved = new RingBuilder(arena, SIZE, 4096).startAt(65534);
        queue.rebind(moved.memory, moved.ring());
        moved.descriptor(1, BASE + 7, 3, 0, 0);
        moved.guestBytes(BASE + 7, new byte[] {1, 2, 3});
        moved.makeAvailable(1);
        assertThat(queue.pop(chain)).isEqualTo(1);
        byte[] seen = new byte[3];
        assertThat(chain.copyReadable(0, seen, 0, 3)).isEqualTo(3);
        assertThat(seen).containsExactly(1, 2, 3);
        queue.push(1, 0);
        assertThat(moved.usedIdx()).isEqualTo(65535);
        assertThat(driver.usedIdx()).isEqualTo(65534);
    }

    @Test
    void refusedRebindChangesNothing() {
        SplitVirtQueue queue = driver.queue(0);
        RingBuilder other = new RingBuilder(arena, SIZE * 2, 4096);
        assertThatThrownBy(() -> queue.rebind(other.memory, other.ring()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("queue size 16 is not the 8 that the queue was started with");
        driver.descriptor(4, BASE, 1, 0, 0);
        driver.makeAvailable(4);
        assertThat(queue.pop(chain)).isEqualTo(4);
    }

    private org.assertj.core.api.AbstractThrowableAssert<?, ?> assertRefused(
            int size,
            MemorySegment descriptors,
            MemorySegment avail,
            MemorySegment used,
            long features) {
        QueueRing ring = new QueueRing(size, descriptors, avail, used);
        return assertThatThrownBy(
                        () -> new SplitVirtQueue(ring, driver.memory, features, 0, MAX_SIZE))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
