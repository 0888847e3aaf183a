package dev.platter.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What the kernel says of a block device by ioctl, against what it says in sysfs. */
class BlockDeviceTest {
    private static final Path CLASS = Path.of("/sys/class/block");

    @Test
    void sizesAndNumbersAgreeWithSysfs() throws IOException {
        Path name = readableDevice();
        Assumptions.assumeTrue(name != null, "no block device that this user may read");
        try (Arena arena = Arena.ofConfined()) {
            LinuxFileCalls calls = new LinuxFileCalls(arena);
            int fd = calls.open("/dev/" + name, OpenFlags.O_RDONLY, 0);
            assertThat(fd).isNotNegative();
            try {
                compare(calls, fd, CLASS.resolve(name), arena);
            } finally {
                calls.close(fd);
            }
        }
    }

    private static void compare(LinuxFileCalls calls, int fd, Path sysfs, Arena arena)
            throws IOException {
        MemorySegment out = arena.allocate(8, 8);
        assertThat(calls.ioctl(fd, BlockIoctls.BLKGETSIZE64, out)).isZero();
        assertThat(out.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(512 * number(sysfs, "size"));
        assertThat(calls.ioctl(fd, BlockIoctls.BLKSSZGET, out)).isZero();
        assertThat(out.get(ValueLayout.JAVA_INT, 0))
                .isEqualTo((int) number(sysfs, "queue/logical_block_size"));
        assertThat(calls.ioctl(fd, BlockIoctls.BLKPBSZGET, out)).isZero();
        assertThat(out.get(ValueLayout.JAVA_INT, 0))
                .isEqualTo((int) number(sysfs, "queue/physical_block_size"));
        FileStatus status = new FileStatus(arena);
        assertThat(calls.status(fd, status)).isZero();
        assertThat(status.isBlockDevice()).isTrue();
        assertThat(status.isRegularFile()).isFalse();
        assertThat(status.specialDeviceMajor() + ":" + status.specialDeviceMinor())
                .isEqualTo(Files.readString(sysfs.resolve("dev")).strip());
    }

    private static Path readableDevice() throws IOException {
        if (!Files.isDirectory(CLASS)) {
            return null;
        }
        try (Stream<Path> entries = Files.list(CLASS)) {
            return entries.filter(entry -> Files.isDirectory(entry.resolve("queue")))
                    .map(Path::getFileName)
                    .filter(name -> Files.isReadable(Path.of("/dev").resolve(name)))
                    .sorted()
                    .findFirst()
                    .orElse(null);
        }
    }

    private static long number(Path sysfs, String file) throws IOException {
        return Long.parseLong(Files.readString(sysfs.resolve(file)).strip());
    }
}
