package dev.platter.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PackedRingDriverTest extends RingDriverContract {
    @Override
    RingDriver ring(GuestMemory in, int size, boolean eventIdx, int indirectEntries) {
        return new PackedRingDriver(in, size, eventIdx, indirectEntries);
    }

    @Override
    long layoutFeature() {
        return VirtioFeatures.RING_PACKED;
    }

    @Override
    int start() {
        return 0x8000_8000;
    }

    @Test
    void newRingIsToBeTakenFromItsStart() {
        assertThat(ring(false, 0).resumePosition()).isEqualTo(start());
    }

    /** Nothing but WRITE is set there, for all else is reserved (VIRTIO 1.3 §2.8.7). */
    @Test
    void tableHasNoFlagsButWrite() {
        RingDriver ring = ring(false, 4);
        EchoRing device = device(ring, false);
        ring.add(new BufferList().add(1, 1).add(2, 1), new BufferList().add(3, 1), 0);

        assertThat(device.chain(device.pop()))
                .extracting(EchoRing.Descriptor::flags)
                .containsExactly(0, 0, 2);
    }

    @Test
    void chainsCrossTheRingsEnd() {
        PackedRingDriver ring = new PackedRingDriver(memory, 3, false, 0);
        EchoRing device = device(ring, false);
        for (int round = 0; round < 10; round++) {
            ring.add(new BufferList().add(1, 1).add(2, 1), BufferList.EMPTY, round);
            int head = device.pop();
            assertThat(device.chain(head)).hasSize(2);
            assertThat(device.hasMore()).isFalse();
            device.use(head, 0);
            assertThat(ring.poll()).isEqualTo(round);
        }
    }

    @Test
    void usedDescriptorBeyondTheRingIsAnError() {
        PackedRingDriver ring = new PackedRingDriver(memory, SIZE, false, 0);
        EchoRing device = device(ring, false);
        ring.add(new BufferList().add(1, 1), BufferList.EMPTY, 0);
        device.use(0xffff, 0);
        assertThat(ring.usedPosition()).isEqualTo(start());
        assertThatThrownBy(ring::poll).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void badSizeIsRefused() {
        assertThatThrownBy(() -> new PackedRingDriver(memory, 0, false, 0))
                .hasMessageContaining("from 1 to 32768");
        assertThatThrownBy(() -> new PackedRingDriver(memory, 32769, false, 0))
                .hasMessageContaining("from 1 to 32768");
    }
}
