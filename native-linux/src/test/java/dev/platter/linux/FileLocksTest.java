package dev.platter.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileLocksTest {
    @TempDir Path directory;
    private TestFile file;
    private int other;

    @BeforeEach
    void open() {
        file = new TestFile(directory.resolve("image"));
        other = file.calls.open(file.path, OpenFlags.O_RDWR, 0);
    }

    @AfterEach
    void close() {
        file.calls.close(other);
        file.close();
    }

    @Test
    void aWriteLockKeepsOthersOfTheSameProcessOut() {
        assertThat(file.calls.lock(file.fd, FileLocks.F_WRLCK, 100, 1)).isZero();

        assertThat(file.calls.lock(other, FileLocks.F_WRLCK, 100, 1)).isEqualTo(-Errnos.EAGAIN);
        assertThat(file.calls.lock(other, FileLocks.F_RDLCK, 0, 0)).isEqualTo(-Errnos.EAGAIN);
        assertThat(file.calls.lock(other, FileLocks.F_WRLCK, 101, 1)).isZero();
    }

    @Test
    void readLocksAreShared() {
        assertThat(file.calls.lock(file.fd, FileLocks.F_RDLCK, 7, 1)).isZero();
        assertThat(file.calls.lock(other, FileLocks.F_RDLCK, 7, 1)).isZero();
        assertThat(file.calls.lock(other, FileLocks.F_WRLCK, 7, 1)).isEqualTo(-Errnos.EAGAIN);
    }

    @Test
    void aQueryNamesTheConflictingLockAndTakesNone() {
        assertThat(file.calls.queryLock(other, FileLocks.F_WRLCK, 0, 0))
                .isEqualTo(FileLocks.F_UNLCK);
        assertThat(file.calls.lock(file.fd, FileLocks.F_RDLCK, 5, 1)).isZero();

        assertThat(file.calls.queryLock(other, FileLocks.F_WRLCK, 0, 0))
                .isEqualTo(FileLocks.F_RDLCK);
        assertThat(file.calls.queryLock(other, FileLocks.F_RDLCK, 0, 0))
                .isEqualTo(FileLocks.F_UNLCK);
    }

    @Test
    void closingTheDescriptionDropsItsLocks() {
        int holder = file.calls.open(file.path, OpenFlags.O_RDWR, 0);
        assertThat(file.calls.lock(holder, FileLocks.F_WRLCK, 0, 0)).isZero();
        assertThat(file.calls.lock(other, FileLocks.F_WRLCK, 0, 0)).isEqualTo(-Errnos.EAGAIN);
        file.calls.close(holder);

        assertThat(file.calls.lock(other, FileLocks.F_WRLCK, 0, 0)).isZero();
    }

    @Test
    void unlockingLetsOthersIn() {
        assertThat(file.calls.lock(file.fd, FileLocks.F_WRLCK, 1L << 40, 1)).isZero();
        assertThat(file.calls.lock(file.fd, FileLocks.F_UNLCK, 1L << 40, 1)).isZero();
        assertThat(file.calls.lock(other, FileLocks.F_WRLCK, 1L << 40, 1)).isZero();
    }
}
