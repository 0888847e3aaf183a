package dev.platter.guest;

import java.nio.file.Path;
import java.util.List;

/**
 * Arguments for QEMU's command line that give a guest its disks. The guest's memory is always a
 * shared memfd, as vhost-user needs it.
 */
public final class QemuDevices {
    private QemuDevices() {}

    /**
     * A SCSI controller served over vhost-user.
     *
     * @param id a name unique in this guest: letters, digits and hyphens
     * @param socket where the server listens already; QEMU connects while it starts
     * @param queues the number of request queues
     * @param properties more of the device's properties, such as {@code virtqueue_size=256}
     */
    public static List<String> vhostUserScsi(
            String id, Path socket, int queues, String... properties) {
        return List.of(
                "-chardev",
                "socket,id=" + id + "-socket,path=" + escaped(socket),
                "-device",
                with(
                        "vhost-user-scsi-pci,id=%s,chardev=%s-socket,num_queues=%d"
                                .formatted(id, id, queues),
                        properties));
    }

    /** A SCSI controller of QEMU's own, for {@link #scsiDisk}. */
    public static List<String> virtioScsi(String id, String... properties) {
        return List.of("-device", with("virtio-scsi-pci,id=" + id, properties));
    }

    /**
     * A raw image as a disk of QEMU's own.
     *
     * @param controller the id given to {@link #virtioScsi}
     * @param cache one of QEMU's cache modes
     * @param serial the unit's serial number, unique in this guest
     */
    public static List<String> scsiDisk(
            String controller, int target, int lun, Path image, String cache, String serial) {
        String drive = controller + "-" + target + "-" + lun;
        return List.of(
                "-drive",
                "if=none,format=raw,id=%s,cache=%s,file=%s".formatted(drive, cache, escaped(image)),
                "-device",
                "scsi-hd,bus=%s.0,channel=0,scsi-id=%d,lun=%d,drive=%s,serial=%s"
                        .formatted(controller, target, lun, drive, serial));
    }

    /** In QEMU's option lists a comma within a value is written twice. */
    static String escaped(Path path) {
        return path.toString().replace(",", ",,");
    }

    private static String with(String device, String... properties) {
        return properties.length == 0 ? device : device + "," + String.join(",", properties);
    }
}
