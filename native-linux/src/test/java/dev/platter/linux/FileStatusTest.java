package dev.platter.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStatusTest {
    @TempDir Path directory;

    @Test
    void agreesWithWhatJavaSaysOfTheFile() throws Exception {
        try (TestFile file = new TestFile(directory.resolve("image"))) {
            file.write(4096, 0);
            file.calls.fdatasync(file.fd);
            FileStatus status = new FileStatus(file.arena);
            assertThat(file.calls.status(file.fd, status)).isZero();

            Map<String, Object> unix = Files.readAttributes(Path.of(file.path), "unix:*");
            assertThat(status.mode()).isEqualTo(unix.get("mode"));
            assertThat(status.inode()).isEqualTo(((Number) unix.get("ino")).longValue());
            assertThat(status.sizeBytes()).isEqualTo(8192).isEqualTo(unix.get("size"));
            assertThat(status.isRegularFile()).isTrue();
            assertThat(status.isBlockDevice()).isFalse();
            assertThat(device(status.deviceMajor(), status.deviceMinor()))
                    .isEqualTo(((Number) unix.get("dev")).longValue());
            assertThat(status.specialDeviceMajor()).isZero();
            assertThat(status.blockSizeBytes()).isPositive();
            assertThat(status.mask() & FileStatus.STATX_BASIC_STATS)
                    .isEqualTo(FileStatus.STATX_BASIC_STATS);
        }
    }

    @Test
    void allocatedBytesGrowWithWhatIsWritten() {
        try (TestFile file = new TestFile(directory.resolve("image"))) {
            file.calls.ftruncate(file.fd, 1 << 20);
            FileStatus status = new FileStatus(file.arena);
            file.calls.status(file.fd, status);
            long before = status.allocatedBytes();
            file.write(0, RwFlags.RWF_DSYNC);
            file.calls.status(file.fd, status);

            assertThat(status.allocatedBytes()).isGreaterThan(before).isLessThan(1 << 20);
        }
    }

    @Test
    void theAlignmentItTellsIsEnoughForDirectIo() {
        try (TestFile file = new TestFile(directory.resolve("image"))) {
            FileStatus status = new FileStatus(file.arena);
            file.calls.status(file.fd, status);
            Assumptions.assumeTrue(
                    status.tellsDirectAlignment() && status.directOffsetAlignmentBytes() > 0,
                    "this file system tells no alignment of direct I/O");
            assertThat(Integer.bitCount(status.directMemoryAlignmentBytes())).isEqualTo(1);

            int direct = file.calls.open(file.path, OpenFlags.O_RDWR | OpenFlags.O_DIRECT, 0);
            assertThat(direct).isNotNegative();
            file.lengthBytes(status.directOffsetAlignmentBytes());
            assertThat(file.calls.pwritev2(direct, file.iovecs, 1, 0, 0))
                    .isEqualTo(status.directOffsetAlignmentBytes());
            file.lengthBytes(status.directOffsetAlignmentBytes() - 1);
            assertThat(file.calls.pwritev2(direct, file.iovecs, 1, 0, 0)).isEqualTo(-Errnos.EINVAL);
            file.calls.close(direct);
        }
    }

    @Test
    void alignmentNotToldIsZero() {
        try (TestFile file = new TestFile(directory.resolve("image"))) {
            FileStatus status = new FileStatus(file.arena);

            assertThat(status.tellsDirectAlignment()).isFalse();
            assertThat(status.directMemoryAlignmentBytes()).isZero();
            assertThat(status.directOffsetAlignmentBytes()).isZero();
        }
    }

    /** {@code makedev(3)} as the C library does it. */
    private static long device(long major, long minor) {
        return (minor & 0xff)
                | (major & 0xfff) << 8
                | (minor & ~0xffL) << 12
                | (major & ~0xfffL) << 32;
    }
}
