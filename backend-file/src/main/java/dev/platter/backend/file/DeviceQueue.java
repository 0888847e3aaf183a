package dev.platter.backend.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the kernel tells of a block device under {@code /sys/dev/block/MAJOR:MINOR/queue}; a number
 * that is not told is 0. Source: {@code Documentation/ABI/stable/sysfs-block}.
 *
 * @param fua whether it takes FUA writes
 * @param discardGranularityBytes the unit in which it releases space
 * @param discardMaxBytes the longest discard; 0 where it takes none
 */
record DeviceQueue(boolean fua, long discardGranularityBytes, long discardMaxBytes) {
    private static final Path SYSFS = Path.of("/sys/dev/block");

    static DeviceQueue of(int major, int minor) {
        return of(SYSFS, major, minor);
    }

    static DeviceQueue of(Path root, int major, int minor) {
        Path device = root.resolve(major + ":" + minor);
        Path queue = device.resolve("queue");
        if (!Files.isDirectory(queue)) {
            // A partition has none of its own: the link leads into its disk's folder.
            queue = device.resolve("../queue");
        }
        return new DeviceQueue(
                number(queue, "fua") != 0,
                number(queue, "discard_granularity"),
                number(queue, "discard_max_bytes"));
    }

    private static long number(Path queue, String attribute) {
        try {
            return Long.parseLong(Files.readString(queue.resolve(attribute)).strip());
        } catch (IOException | NumberFormatException notTold) {
            return 0;
        }
    }
}
