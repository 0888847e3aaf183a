package dev.platter.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class QemuDevicesTest {
    @Test
    void aVhostUserControllerIsAChardevAndADeviceAndCommasInPathsAreDoubled() {
        assertThat(QemuDevices.vhostUserScsi("disks", Path.of("/a,b"), 2, "virtqueue_size=256"))
                .containsExactly(
                        "-chardev",
                        "socket,id=disks-socket,path=/a,,b",
                        "-device",
                        "vhost-user-scsi-pci,id=disks,chardev=disks-socket,num_queues=2,"
                                + "virtqueue_size=256");
    }
}
