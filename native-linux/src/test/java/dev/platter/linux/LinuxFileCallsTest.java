package dev.platter.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxFileCallsTest {
    @TempDir Path directory;
    private TestFile file;

    @BeforeEach
    void open() {
        file = new TestFile(directory.resolve("image"));
    }

    @AfterEach
    void close() {
        file.close();
    }

    @Test
    void openCreatesTheFileWithItsMode() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(file.path))))
                .isEqualTo("rw-r-----");
    }

    @Test
    void openTakesNamesBeyondAscii() {
        String path = directory.resolve("Plätze-磁盘").toString();
        int fd = file.calls.open(path, OpenFlags.O_CREAT | OpenFlags.O_WRONLY, 0600);

        assertThat(fd).isNotNegative();
        assertThat(Descriptors.close(fd)).isZero();
    }

    @Test
    void openAnswersTheErrorNumber() {
        String missing = directory.resolve("missing").toString();
        int exclusive = OpenFlags.O_CREAT | OpenFlags.O_EXCL;

        assertThat(file.calls.open(missing, OpenFlags.O_RDONLY, 0)).isEqualTo(-Errnos.ENOENT);
        assertThat(file.calls.open(file.path, exclusive, 0600)).isEqualTo(-Errnos.EEXIST);
        assertThat(file.calls.open(directory.toString(), OpenFlags.O_RDWR, 0))
                .isEqualTo(-Errnos.EISDIR);
    }

    @Test
    void openRefusesAPathThatTheCLibraryWouldCutShort() {
        assertThat(file.calls.open(file.path + "\0.bak", OpenFlags.O_RDONLY, 0))
                .isEqualTo(-Errnos.EINVAL);
    }

    @Test
    void whatIsWrittenIsReadBack() {
        file.buffer.fill((byte) 0x5a);
        assertThat(file.write(8192, 0)).isEqualTo(4096);
        file.buffer.fill((byte) 0);

        assertThat(file.read(8192, 0)).isEqualTo(4096);
        assertThat(file.buffer.get(ValueLayout.JAVA_BYTE, 4095)).isEqualTo((byte) 0x5a);
        assertThat(file.read(0, 0)).isEqualTo(4096);
        assertThat(file.buffer.mismatch(file.arena.allocate(4096))).isEqualTo(-1);
    }

    @Test
    void severalPiecesAreOneTransfer() throws Exception {
        MemorySegment iovecs = file.arena.allocate(48, 8);
        for (int i = 0; i < 3; i++) {
            file.buffer.set(ValueLayout.JAVA_BYTE, i * 1000L, (byte) ('a' + i));
            iovecs.set(ValueLayout.JAVA_LONG, i * 16L, file.buffer.address() + i * 1000L);
            iovecs.set(ValueLayout.JAVA_LONG, i * 16L + 8, 1);
        }

        assertThat(file.calls.pwritev2(file.fd, iovecs, 3, 0, 0)).isEqualTo(3);
        assertThat(Files.readString(Path.of(file.path))).isEqualTo("abc");
    }

    @Test
    void aCountBeyondTheArrayNeverReachesTheKernel() {
        assertThatThrownBy(() -> file.calls.pwritev2(file.fd, file.iovecs, 2, 0, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> file.calls.preadv2(file.fd, file.iovecs, 2, 0, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(file.calls.preadv2(file.fd, file.iovecs, -1, 0, 0)).isEqualTo(-Errnos.EINVAL);
    }

    @Test
    void readEndsWithTheFile() {
        file.lengthBytes(100);
        assertThat(file.write(0, 0)).isEqualTo(100);
        file.lengthBytes(4096);

        assertThat(file.read(40, 0)).isEqualTo(60);
        assertThat(file.read(100, 0)).isZero();
    }

    @Test
    void theDurableFlagsAreKnownToTheKernel() {
        assertThat(file.write(0, RwFlags.RWF_DSYNC)).isEqualTo(4096);
        assertThat(file.write(0, RwFlags.RWF_DSYNC | RwFlags.RWF_SYNC)).isEqualTo(4096);
    }

    @Test
    void aFlagNobodyKnowsIsRefused() {
        assertThat(file.write(0, 1 << 30)).isEqualTo(-Errnos.EOPNOTSUPP);
        assertThat(file.read(0, 1 << 30)).isEqualTo(-Errnos.EOPNOTSUPP);
    }

    @Test
    void offsetsBeyondTwoGibibytesArriveWhole() {
        long offset = (5L << 30) + 4096;
        assertThat(file.write(offset, 0)).isEqualTo(4096);

        FileStatus status = new FileStatus(file.arena);
        assertThat(file.calls.status(file.fd, status)).isZero();
        assertThat(status.sizeBytes()).isEqualTo(offset + 4096);
    }

    @Test
    void everyCallOnAClosedDescriptorAnswersBadDescriptor() {
        int bad = Integer.MAX_VALUE;
        LinuxFileCalls calls = file.calls;

        assertThat(calls.preadv2(bad, file.iovecs, 1, 0, 0)).isEqualTo(-Errnos.EBADF);
        assertThat(calls.pwritev2(bad, file.iovecs, 1, 0, 0)).isEqualTo(-Errnos.EBADF);
        assertThat(calls.fdatasync(bad)).isEqualTo(-Errnos.EBADF);
        assertThat(calls.fallocate(bad, 0, 0, 1)).isEqualTo(-Errnos.EBADF);
        assertThat(calls.ftruncate(bad, 0)).isEqualTo(-Errnos.EBADF);
        assertThat(calls.ioctl(bad, BlockIoctls.BLKGETSIZE64, file.buffer))
                .isEqualTo(-Errnos.EBADF);
        assertThat(calls.status(bad, new FileStatus(file.arena))).isEqualTo(-Errnos.EBADF);
        assertThat(calls.fileSystem(bad)).isEqualTo(-Errnos.EBADF);
        assertThat(calls.lock(bad, FileLocks.F_RDLCK, 0, 0)).isEqualTo(-Errnos.EBADF);
        assertThat(calls.queryLock(bad, FileLocks.F_RDLCK, 0, 0)).isEqualTo(-Errnos.EBADF);
        assertThat(calls.close(bad)).isEqualTo(-Errnos.EBADF);
    }

    @Test
    void fdatasyncOfAFileSucceedsAndOfAPipeIsInvalid() throws Exception {
        assertThat(file.calls.fdatasync(file.fd)).isZero();
        int[] ends = Descriptors.pipe();
        assertThat(file.calls.fdatasync(ends[1])).isEqualTo(-Errnos.EINVAL);
        Descriptors.close(ends[0]);
        Descriptors.close(ends[1]);
    }

    @Test
    void punchingAHoleLeavesZerosAndTheSize() {
        file.buffer.fill((byte) 1);
        file.write(0, 0);
        file.write(4096, 0);
        int mode = FallocateModes.FALLOC_FL_PUNCH_HOLE | FallocateModes.FALLOC_FL_KEEP_SIZE;
        int answer = file.calls.fallocate(file.fd, mode, 0, 4096);
        Assumptions.assumeFalse(answer == -Errnos.EOPNOTSUPP, "file system without holes");

        assertThat(answer).isZero();
        assertThat(file.read(0, 0)).isEqualTo(4096);
        assertThat(file.buffer.get(ValueLayout.JAVA_BYTE, 4095)).isZero();
        assertThat(file.read(4096, 0)).isEqualTo(4096);
        assertThat(file.buffer.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 1);
    }

    @Test
    void fallocateOfAnImpossibleRangeIsInvalid() {
        assertThat(file.calls.fallocate(file.fd, 0, -1, 4096)).isEqualTo(-Errnos.EINVAL);
        assertThat(file.calls.fallocate(file.fd, 0, 0, 0)).isEqualTo(-Errnos.EINVAL);
        assertThat(file.calls.fallocate(file.fd, 0, Long.MAX_VALUE - 10, 4096))
                .isEqualTo(-Errnos.EFBIG);
    }

    @Test
    void ftruncateSetsTheLength() throws Exception {
        assertThat(file.calls.ftruncate(file.fd, 3L << 32)).isZero();
        assertThat(Files.size(Path.of(file.path))).isEqualTo(3L << 32);
        assertThat(file.calls.ftruncate(file.fd, -1)).isEqualTo(-Errnos.EINVAL);
    }

    @Test
    void blockRequestsOnAnOrdinaryFileAreInappropriate() {
        assertThat(file.calls.ioctl(file.fd, BlockIoctls.BLKGETSIZE64, file.buffer))
                .isEqualTo(-Errnos.ENOTTY);
        assertThat(file.calls.ioctl(file.fd, BlockIoctls.BLKFLSBUF, MemorySegment.NULL))
                .isEqualTo(-Errnos.ENOTTY);
    }
}
