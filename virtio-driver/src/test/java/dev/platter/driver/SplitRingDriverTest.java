package dev.platter.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SplitRingDriverTest extends RingDriverContract {
    @Override
    RingDriver ring(GuestMemory in, int size, boolean eventIdx, int indirectEntries) {
        return new SplitRingDriver(in, size, eventIdx, indirectEntries);
    }

    @Override
    long layoutFeature() {
        return 0;
    }

    @Override
    int start() {
        return 0;
    }

    @Test
    void reservedHeadIsPublishedAsItStands() {
        SplitRingDriver ring = new SplitRingDriver(memory, SIZE, false, 0);
        EchoRing device = device(ring, false);
        int head = ring.reserve(11);
        ring.descriptorArea().segment().set(Wire.U64, 16L * head, 0xdead_0000L);
        ring.publish(head);

        assertThat(device.pop()).isEqualTo(head);
        assertThat(device.chain(head)).hasSize(1);
        device.use(head, 0);
        assertThat(ring.poll()).isEqualTo(11);
        assertThat(ring.freeDescriptors()).isEqualTo(SIZE);
    }

    @Test
    void badSizeIsRefused() {
        assertThatThrownBy(() -> new SplitRingDriver(memory, 6, false, 0))
                .hasMessageContaining("power of two");
    }
}
