package dev.platter.virtio.queue;

import static dev.platter.virtio.queue.RingBuilder.BASE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.platter.api.device.QueueRing;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a split ring needs to be run. */
class SplitVirtQueueSetupTest extends VirtQueueSetupContract {
    @Override
    Layout layout() {
        return Layout.SPLIT;
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 6, 1000})
    void sizeThatIsNoPowerOfTwoIsRefused(int size) {
        assertRefused(size, driver.descriptors, driver.driverArea, driver.deviceArea, 0)
                .hasMessage("queue size " + size + " is not a power of two");
    }

    @Test
    void misalignedAreasAreRefused() {
        MemorySegment area = arena.allocate(1024, 16);
        assertRefused(SIZE, area.asSlice(8), driver.driverArea, driver.deviceArea, 0)
                .hasMessage("the descriptor table is not aligned to 16 bytes");
        assertRefused(SIZE, driver.descriptors, area.asSlice(1), driver.deviceArea, 0)
                .hasMessage("the available ring is not aligned to 2 bytes");
        assertRefused(SIZE, driver.descriptors, driver.driverArea, area.asSlice(2), 0)
                .hasMessage("the used ring is not aligned to 4 bytes");
    }

    @Test
    void areasThatAreTooSmallAreRefused() {
        assertRefused(
                        SIZE,
                        driver.descriptors.asSlice(0, 127),
                        driver.driverArea,
                        driver.deviceArea,
                        0)
                .hasMessage("the descriptor table needs 128 bytes and has only 127");
        assertRefused(
                        SIZE,
                        driver.descriptors,
                        driver.driverArea.asSlice(0, 19),
                        driver.deviceArea,
                        0)
                .hasMessage("the available ring needs 20 bytes and has only 19");
        assertRefused(
                        SIZE,
                        driver.descriptors,
                        driver.driverArea,
                        driver.deviceArea.asSlice(0, 67),
                        0)
                .hasMessage("the used ring needs 68 bytes and has only 67");
    }

    @Test
    void eventIndicesNeedTheirRoomOnlyWhenNegotiated() {
        MemorySegment avail = driver.driverArea.asSlice(0, 20);
        MemorySegment used = driver.deviceArea.asSlice(0, 68);
        long eventIdx = VirtioFeatures.RING_EVENT_IDX;
        assertRefused(SIZE, driver.descriptors, avail, driver.deviceArea, eventIdx)
                .hasMessage("the available ring needs 22 bytes and has only 20");
        assertRefused(SIZE, driver.descriptors, driver.driverArea, used, eventIdx)
                .hasMessage("the used ring needs 70 bytes and has only 68");
        QueueRing ring = new QueueRing(SIZE, driver.descriptors, avail, used);
        assertThat(new SplitVirtQueue(ring, driver.memory, 0, 0, MAX_SIZE).pop(chain))
                .isEqualTo(VirtQueue.NONE);
    }

    @Test
    void memoryThatCannotBeSharedOrWrittenIsRefused() {
        assertRefused(
                        SIZE,
                        MemorySegment.ofArray(new byte[128]),
                        driver.driverArea,
                        driver.deviceArea,
                        0)
                .hasMessage("the descriptor table is not in native memory");
        assertRefused(
                        SIZE,
                        driver.descriptors,
                        driver.driverArea,
                        driver.deviceArea.asReadOnly(),
                        0)
                .hasMessage("the used ring lies in read-only memory");
    }

    @Test
    void packedQueueIsRefused() {
        long packed = VirtioFeatures.RING_PACKED;
        assertThatThrownBy(
                        () -> new SplitVirtQueue(driver.ring(), driver.memory, packed, 0, MAX_SIZE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a packed queue was negotiated, not a split one");
    }

    @Test
    void usedIndexGoesOnWhereGuestMemorySaysAndAvailIndexWhereTheCallerSays() {
        SplitRingBuilder split = new SplitRingBuilder(arena, SIZE, 4096).startAt(0xfffe);
        split.descriptor(5, BASE, 1, RingBuilder.WRITE, 0);
        split.publishAvailIdx(0xffff);
        VirtQueue queue = new SplitVirtQueue(split.ring(), split.memory, 0, 0xffff, MAX_SIZE);
        assertThat(queue.pop(chain)).isEqualTo(VirtQueue.NONE);
        split.makeAvailable(5);
        assertThat(queue.pop(chain)).isEqualTo(5);
        assertThat(queue.nextAvail()).isZero();
        queue.push(5, 1);
        assertThat(split.usedIdx()).isEqualTo(0xffff);
        assertThat(split.takeUsed()).isEqualTo(5);
    }
}
