package dev.platter.backend.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceQueueTest {
    @TempDir private Path root;

    private void disk(String name) throws IOException {
        Path queue = Files.createDirectories(root.resolve("devices").resolve(name + "/queue"));
        Files.writeString(queue.resolve("fua"), "1\n");
        Files.writeString(queue.resolve("discard_granularity"), "4096\n");
        Files.writeString(queue.resolve("discard_max_bytes"), "2147450880\n");
    }

    @Test
    void aDiskTellsItsOwn() throws IOException {
        disk("sda");
        Files.createSymbolicLink(root.resolve("8:0"), Path.of("devices/sda"));
        assertThat(DeviceQueue.of(root, 8, 0)).isEqualTo(new DeviceQueue(true, 4096, 2147450880L));
    }

    @Test
    void aPartitionTellsItsDisks() throws IOException {
        disk("sda");
        Files.createDirectories(root.resolve("devices/sda/sda1"));
        Files.createSymbolicLink(root.resolve("8:1"), Path.of("devices/sda/sda1"));
        assertThat(DeviceQueue.of(root, 8, 1)).isEqualTo(new DeviceQueue(true, 4096, 2147450880L));
    }

    @Test
    void whatIsNotToldIsNotClaimed() {
        assertThat(DeviceQueue.of(root, 8, 2)).isEqualTo(new DeviceQueue(false, 0, 0));
    }
}
