package dev.platter.backend.file;

import dev.platter.linux.FileStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * The disk that a file lies on, or that a block device is, as the kernel tells of it. Source:
 * {@code Documentation/ABI/stable/sysfs-block}, {@code Documentation/filesystems/proc.rst}
 * (mountinfo).
 *
 * @param name as in {@code /sys/block}
 * @param volatileCache whether it has a write cache that a power cut empties
 * @param fua whether it takes FUA writes
 */
public record HostDisk(String name, boolean volatileCache, boolean fua) {
    private static final Path SYSFS = Path.of("/sys/dev/block");
    private static final Path DISKS = Path.of("/sys/block");
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final int DEVICE_FIELD = 2;

    /**
     * Finds the disk; nothing where there is none, as under a network file system, or where the
     * kernel does not tell.
     */
    public static Optional<HostDisk> of(FileStatus status) {
        if (status.isBlockDevice()) {
            return of(SYSFS, status.specialDeviceMajor() + ":" + status.specialDeviceMinor());
        }
        String device = status.deviceMajor() + ":" + status.deviceMinor();
        Optional<HostDisk> disk = of(SYSFS, device);
        return disk.isPresent() ? disk : mounted(device);
    }

    /**
     * Whether it has queues whose completions are polled for, at this moment: {@code
     * queue/io_poll}.
     */
    public boolean polled() {
        try {
            return !Files.readString(DISKS.resolve(name).resolve("queue/io_poll"))
                    .strip()
                    .equals("0");
        } catch (IOException notTold) {
            return false;
        }
    }

    static Optional<HostDisk> of(Path root, String device) {
        try {
            Path real = root.resolve(device).toRealPath();
            // A partition has no queue of its own: its disk's folder holds its own.
            Path disk =
                    Files.isDirectory(real.resolve("queue"))
                            ? real
                            : real.resolve("..").normalize();
            Path queue = disk.resolve("queue");
            String cache = Files.readString(queue.resolve("write_cache")).strip();
            String fua = Files.readString(queue.resolve("fua")).strip();
            return Optional.of(
                    new HostDisk(
                            String.valueOf(disk.getFileName()),
                            cache.toLowerCase(Locale.ROOT).equals("write back"),
                            !fua.equals("0")));
        } catch (IOException notTold) {
            return Optional.empty();
        }
    }

    /** The disk that is mounted under a number of the kernel's own, as btrfs gives its files. */
    private static Optional<HostDisk> mounted(String device) {
        try {
            for (String line : Files.readAllLines(MOUNTS)) {
                String[] fields = line.split(" ", -1);
                if (fields[DEVICE_FIELD].equals(device)) {
                    String source = fields[fields.length - 2];
                    return source.startsWith("/dev/") ? ofPath(Path.of(source)) : Optional.empty();
                }
            }
            return Optional.empty();
        } catch (IOException notTold) {
            return Optional.empty();
        }
    }

    private static Optional<HostDisk> ofPath(Path node) throws IOException {
        long number = (Long) Files.getAttribute(node, "unix:rdev");
        long major = (number >>> 8) & 0xfff;
        long minor = (number & 0xff) | ((number >>> 12) & 0xfff00);
        return of(SYSFS, major + ":" + minor);
    }
}
