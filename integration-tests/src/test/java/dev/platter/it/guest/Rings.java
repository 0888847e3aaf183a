package dev.platter.it.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.guest.GuestDisk;
import dev.platter.guest.LinuxGuest;
import dev.platter.guest.QemuDevices;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The ring layouts that a guest's controllers have side by side, each on a server of its own. */
enum Rings {
    SPLIT,
    PACKED;

    private static final int PACKED_FEATURE = 34;

    /** What begins the serial number of this server's disks, and the name of its files. */
    String prefix() {
        return this == PACKED ? "packed-" : "";
    }

    /**
     * QEMU's arguments for the controller.
     *
     * @param queueSize the size of each queue: QEMU's default is 128, its limit 1024
     */
    List<String> controller(Path socket, int queues, int queueSize) {
        return QemuDevices.vhostUserScsi(
                this == PACKED ? "packed" : "split",
                socket,
                queues,
                "virtqueue_size=" + queueSize,
                this == PACKED ? "packed=on" : "packed=off");
    }

    /** The guest's driver has negotiated this layout, and uses so many queues. */
    void assertInUse(LinuxGuest guest, GuestDisk disk, int queues) throws IOException {
        String features =
                guest.output("cat /sys/class/scsi_host/host" + disk.host() + "/device/../features");
        assertThat(features.charAt(PACKED_FEATURE)).isEqualTo(this == PACKED ? '1' : '0');
        String name = disk.device().replaceFirst("/dev/", "");
        assertThat(guest.output("ls /sys/block/" + name + "/mq").lines()).hasSize(queues);
    }
}
