package dev.platter.virtio.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a packed ring needs to be run. */
class PackedVirtQueueSetupTest extends VirtQueueSetupContract {
    @Override
    Layout layout() {
        return Layout.PACKED;
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 6, 1000, 1023})
    void sizeThatIsNoPowerOfTwoRuns(int size) {
        assertRuns(size);
    }

    @Test
    void misalignedAreasAreRefused() {
        MemorySegment area = arena.allocate(1024, 16);
        assertRefused(SIZE, area.asSlice(8), driver.driverArea, driver.deviceArea, 0)
                .hasMessage("the descriptor ring is not aligned to 16 bytes");
        assertRefused(SIZE, driver.descriptors, area.asSlice(2), driver.deviceArea, 0)
                .hasMessage("the driver event suppression structure is not aligned to 4 bytes");
        assertRefused(SIZE, driver.descriptors, driver.driverArea, area.asSlice(2), 0)
                .hasMessage("the device event suppression structure is not aligned to 4 bytes");
    }

    @Test
    void areasThatAreTooSmallAreRefused() {
        MemorySegment three = driver.driverArea.asSlice(0, 3);
        MemorySegment ring = driver.descriptors;
        assertRefused(SIZE, ring.asSlice(0, 127), driver.driverArea, driver.deviceArea, 0)
                .hasMessage("the descriptor ring needs 128 bytes and has only 127");
        assertRefused(SIZE, ring, three, driver.deviceArea, 0)
                .hasMessage("the driver event suppression structure needs 4 bytes and has only 3");
        assertRefused(SIZE, ring, driver.driverArea, three, 0)
                .hasMessage("the device event suppression structure needs 4 bytes and has only 3");
    }

    @Test
    void memoryThatCannotBeSharedOrWrittenIsRefused() {
        MemorySegment heap = MemorySegment.ofArray(new byte[128]);
        MemorySegment ring = driver.descriptors;
        assertRefused(SIZE, heap, driver.driverArea, driver.deviceArea, 0)
                .hasMessage("the descriptor ring is not in native memory");
        assertRefused(SIZE, ring.asReadOnly(), driver.driverArea, driver.deviceArea, 0)
                .hasMessage("the descriptor ring lies in read-only memory");
        assertRefused(SIZE, ring, driver.driverArea, driver.deviceArea.asReadOnly(), 0)
                .hasMessage("the device event suppression structure lies in read-only memory");
    }

    @Test
    void splitQueueIsRefused() {
        assertThatThrownBy(() -> new PackedVirtQueue(driver.ring(), driver.memory, 0, 0, MAX_SIZE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a split queue was negotiated, not a packed one");
    }

    @ParameterizedTest
    @CsvSource({"8, 8", "0x8009, 9", "0x80000, 8", "0x7fff, 32767", "0xffffffff, 32767"})
    void positionOutsideTheRingIsRefused(String nextAvail, int index) {
        int position = Integer.parseUnsignedInt(nextAvail.replace("0x", ""), radix(nextAvail));
        assertThatThrownBy(
                        () ->
                                new PackedVirtQueue(
                                        driver.ring(),
                                        driver.memory,
                                        VirtioFeatures.RING_PACKED,
                                        position,
                                        MAX_SIZE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("position " + index + " is not within a packed ring of 8");
    }

    private static int radix(String number) {
        return number.startsWith("0x") ? 16 : 10;
    }

    @Test
    void newRingStartsWithBothCountersAtOne() {
        assertThat(VirtQueue.firstAvail(0)).isZero();
        assertThat(VirtQueue.firstAvail(VirtioFeatures.RING_PACKED)).isEqualTo(0x8000_8000);
        assertThat(driver.firstAvail()).isEqualTo(0x8000_8000);
    }

    /** In the form of vhost-user: available index, its counter, used index, its counter. */
    @Test
    void bothPositionsAreHandedOver() {
        VirtQueue queue = driver.queue(0);
        int first = driver.offer(BYTE, BYTE, BYTE);
        int second = driver.offer(BYTE, BYTE, BYTE, BYTE);
        assertThat(queue.pop(chain)).isEqualTo(first);
        assertThat(queue.nextAvail()).isEqualTo(0x8000_8003);
        assertThat(queue.pop(chain)).isEqualTo(second);
        assertThat(queue.nextAvail()).isEqualTo(0x8000_8007);
        queue.push(second, 0);
        assertThat(queue.nextAvail()).isEqualTo(0x8004_8007);
        assertThat(driver.takeUsed()).isEqualTo(second);
        int third = driver.offer(BYTE, BYTE);
        assertThat(queue.pop(chain)).isEqualTo(third);
        assertThat(queue.nextAvail()).isEqualTo(0x8004_0001);
        queue.push(third, 0);
        queue.push(first, 0);
        assertThat(queue.nextAvail()).isEqualTo(0x0001_0001);
    }

    /** What was in flight when a device died stays in flight: nothing is used for it. */
    @Test
    void queueThatFollowsOneThatDiedUsesWhereThatOneDidNot() {
        VirtQueue queue = driver.queue(0);
        driver.offer(BYTE, BYTE, BYTE);
        assertThat(queue.pop(chain)).isNotNegative();
        int second = driver.offer(BYTE);
        VirtQueue next =
                new PackedVirtQueue(
                        driver.ring(),
                        driver.memory,
                        VirtioFeatures.RING_PACKED,
                        queue.nextAvail(),
                        MAX_SIZE);
        assertThat(next.pop(chain)).isEqualTo(second);
        next.push(second, 0);
        assertThat(driver.takeUsed()).isEqualTo(second);
    }

    @Test
    void bufferThatIsNotInFlightIsTheDevicesFaultAndTouchesNothing() {
        VirtQueue queue = driver.queue(0);
        assertThatThrownBy(() -> queue.push(3, 0)).isInstanceOf(IllegalStateException.class);
        int head = driver.offer(BYTE);
        assertThat(queue.pop(chain)).isEqualTo(head);
        queue.push(head, 0);
        assertThatThrownBy(() -> queue.push(head, 0)).isInstanceOf(IllegalStateException.class);
        assertThat(driver.takeUsed()).isEqualTo(head);
        assertThat(driver.hasUsed()).isFalse();
    }

    /** Then, and only then, has the length a meaning (§2.8.3 and §2.8.4). */
    @Test
    void writeFlagTellsThatBytesWereWritten() {
        VirtQueue queue = driver.queue(0);
        for (int written : new int[] {0, 1}) {
            int head = driver.offer(BYTE);
            assertThat(queue.pop(chain)).isEqualTo(head);
            queue.push(head, written);
        }
        assertThat(driver.descriptors.get(RingBuilder.U16, 14)).isEqualTo((short) 0x8080);
        assertThat(driver.descriptors.get(RingBuilder.U16, 16 + 14)).isEqualTo((short) 0x8082);
    }
}
