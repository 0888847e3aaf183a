package dev.platter.virtio.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Our numbers are the kernel's, wherever its headers are installed. */
class VirtioFeaturesTest {
    private static final Path HEADERS = Path.of("/usr/include/linux");

    @Test
    void featureBitsAreTheKernels() throws IOException {
        String config = header("virtio_config.h");
        Map.of(
                        "VIRTIO_F_ANY_LAYOUT", VirtioFeatures.ANY_LAYOUT,
                        "VIRTIO_F_VERSION_1", VirtioFeatures.VERSION_1,
                        "VIRTIO_F_ACCESS_PLATFORM", VirtioFeatures.ACCESS_PLATFORM,
                        "VIRTIO_F_RING_PACKED", VirtioFeatures.RING_PACKED,
                        "VIRTIO_F_ORDER_PLATFORM", VirtioFeatures.ORDER_PLATFORM,
                        "VIRTIO_F_RING_RESET", VirtioFeatures.RING_RESET)
                .forEach(
                        (name, mask) ->
                                assertThat(1L << number(config, name)).as(name).isEqualTo(mask));
        String ring = header("virtio_ring.h");
        assertThat(1L << number(ring, "VIRTIO_RING_F_INDIRECT_DESC"))
                .isEqualTo(VirtioFeatures.RING_INDIRECT_DESC);
        assertThat(1L << number(ring, "VIRTIO_RING_F_EVENT_IDX"))
                .isEqualTo(VirtioFeatures.RING_EVENT_IDX);
    }

    @Test
    void ringNumbersAreTheKernels() throws IOException {
        String ring = header("virtio_ring.h");
        assertThat(number(ring, "VRING_DESC_F_NEXT")).isEqualTo(DescriptorLayout.FLAG_NEXT);
        assertThat(number(ring, "VRING_DESC_F_WRITE")).isEqualTo(DescriptorLayout.FLAG_WRITE);
        assertThat(number(ring, "VRING_DESC_F_INDIRECT")).isEqualTo(DescriptorLayout.FLAG_INDIRECT);
        assertThat(number(ring, "VRING_AVAIL_F_NO_INTERRUPT"))
                .isEqualTo(SplitLayout.AVAIL_FLAG_NO_INTERRUPT);
        assertThat(number(ring, "VRING_USED_F_NO_NOTIFY"))
                .isEqualTo(SplitLayout.USED_FLAG_NO_NOTIFY);
        assertThat(number(ring, "VRING_AVAIL_ALIGN_SIZE")).isEqualTo(SplitLayout.AVAIL_ALIGNMENT);
        assertThat(number(ring, "VRING_USED_ALIGN_SIZE")).isEqualTo(SplitLayout.USED_ALIGNMENT);
        assertThat(number(ring, "VRING_DESC_ALIGN_SIZE")).isEqualTo(DescriptorLayout.ALIGNMENT);
    }

    @Test
    void packedRingNumbersAreTheKernels() throws IOException {
        String ring = header("virtio_ring.h");
        assertThat(1 << number(ring, "VRING_PACKED_DESC_F_AVAIL"))
                .isEqualTo(PackedLayout.FLAG_AVAIL);
        assertThat(1 << number(ring, "VRING_PACKED_DESC_F_USED")).isEqualTo(PackedLayout.FLAG_USED);
        assertThat(1 << number(ring, "VRING_PACKED_EVENT_F_WRAP_CTR"))
                .isEqualTo(PackedLayout.POSITION_WRAP);
        Map.of(
                        "VRING_PACKED_EVENT_FLAG_ENABLE", PackedLayout.EVENT_ENABLE,
                        "VRING_PACKED_EVENT_FLAG_DISABLE", PackedLayout.EVENT_DISABLE,
                        "VRING_PACKED_EVENT_FLAG_DESC", PackedLayout.EVENT_DESCRIPTOR)
                .forEach(
                        (name, flags) ->
                                assertThat(hexNumber(ring, name)).as(name).isEqualTo(flags));
    }

    private static int hexNumber(String header, String name) {
        Matcher matcher = Pattern.compile("#define\\s+" + name + "\\s+0x(\\w+)\\b").matcher(header);
        assertThat(matcher.find()).as(name).isTrue();
        return Integer.parseInt(matcher.group(1), 16);
    }

    private static String header(String name) throws IOException {
        Path path = HEADERS.resolve(name);
        assumeTrue(Files.isReadable(path), () -> path + " is not installed (linux-libc-dev)");
        return Files.readString(path);
    }

    private static int number(String header, String name) {
        Pattern define = Pattern.compile("#define\\s+" + name + "\\s+(\\d+)\\b");
        Matcher matcher = define.matcher(header);
        assertThat(matcher.find()).as(name).isTrue();
        return Integer.parseInt(matcher.group(1));
    }
}
