package dev.platter.virtio.scsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.platter.virtio.queue.VirtioFeatures;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VirtioScsiDeviceTest {
    private Rig rig;

    @BeforeEach
    void start() {
        rig = new Rig();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private ByteBuffer config() {
        MemorySegment bytes = MemorySegment.ofArray(new byte[rig.device.configBytes()]);
        rig.device.readConfig(0, bytes);
        return ByteBuffer.wrap(bytes.toArray(ValueLayout.JAVA_BYTE)).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void configurationSaysWhatTheDeviceIs() {
        ByteBuffer config = config();

        assertThat(config.capacity()).isEqualTo(36);
        assertThat(config.getInt(0)).as("num_queues").isEqualTo(2);
        assertThat(config.getInt(4)).as("seg_max").isEqualTo(126);
        assertThat(config.getInt(8)).as("max_sectors").isEqualTo(0xffff);
        assertThat(config.getInt(12)).as("cmd_per_lun").isEqualTo(128);
        assertThat(config.getInt(16)).as("event_info_size").isEqualTo(16);
        assertThat(config.getInt(20)).as("sense_size").isEqualTo(96);
        assertThat(config.getInt(24)).as("cdb_size").isEqualTo(32);
        assertThat(config.getShort(28)).as("max_channel").isZero();
        assertThat(config.getShort(30)).as("max_target").isEqualTo((short) 255);
        assertThat(config.getInt(32)).as("max_lun").isEqualTo(16383);
    }

    @Test
    void bytesBehindTheConfigurationReadAsZero() {
        MemorySegment bytes = MemorySegment.ofArray(new byte[8]);
        bytes.fill((byte) 0x55);
        rig.device.readConfig(32, bytes);
        assertThat(bytes.get(LittleEndian.LONG, 0)).isEqualTo(16383);

        bytes.fill((byte) 0x55);
        rig.device.readConfig(Integer.MAX_VALUE, bytes);
        assertThat(bytes.get(LittleEndian.LONG, 0)).isZero();
    }

    @Test
    void writtenSizesKeepTheirDefaults() {
        rig.device.writeConfig(20, MemorySegment.ofArray(new byte[] {18, 0, 0, 0, 16, 0, 0, 0}));

        assertThat(config().getInt(20)).isEqualTo(96);
        assertThat(config().getInt(24)).isEqualTo(32);
    }

    @Test
    void offersWhatItImplements() {
        assertThat(rig.device.deviceId()).isEqualTo(8);
        assertThat(rig.device.queueCount()).isEqualTo(4);
        assertThat(rig.device.features())
                .isEqualTo(
                        VirtioFeatures.VERSION_1
                                | VirtioFeatures.RING_INDIRECT_DESC
                                | VirtioFeatures.RING_EVENT_IDX
                                | VirtioFeatures.RING_PACKED
                                | 0b110);
    }

    @Test
    void queueThatItDoesNotHaveIsRefused() {
        assertThatThrownBy(() -> new Driver(rig.device, rig.memory, 4, 16, Rig.FEATURES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("queue 4 is not one of the device's 4");
        assertThatThrownBy(() -> new Driver(rig.device, rig.memory, -1, 16, Rig.FEATURES))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ringThatCannotRunIsRefusedOnEveryQueue() {
        for (int index = 0; index < 4; index++) {
            int queue = index;
            assertThatThrownBy(() -> new Driver(rig.device, rig.memory, queue, 48, Rig.FEATURES))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> new Driver(rig.device, rig.memory, queue, 2048, Rig.FEATURES))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void impossibleDevicesAreRefused() {
        assertThatThrownBy(() -> new VirtioScsiDevice(Map.of(), 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new VirtioScsiDevice(Map.of(), 1023))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new VirtioScsiDevice(Map.of(256, Rig.target(0, rig.disk)), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("target=256");
    }

    @Test
    void newDriverFindsAUnitAttentionAfterAReset() {
        Driver before = rig.requests();
        before.handler.close();
        rig.device.reset();
        Driver after = new Driver(rig.device, rig.memory, 2, 16, Rig.FEATURES);
        Request request = after.send(Cdbs.TEST_UNIT_READY);
        after.run();

        assertThat(request.status()).isEqualTo(2);
        assertThat(request.sense() >> 8).isEqualTo(0x06_29);
    }
}
