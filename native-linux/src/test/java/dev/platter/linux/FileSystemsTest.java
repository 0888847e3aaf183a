package dev.platter.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSystemsTest {
    @TempDir Path directory;

    @Test
    void theTemporaryDirectoryHasTheNameThatJavaSees() throws Exception {
        String type = Files.getFileStore(directory).type();
        assertThat(FileSystems.name(magicOf(directory))).isEqualTo(type);
    }

    @Test
    void sharedMemoryIsVolatile() throws Exception {
        Path shared = Path.of("/dev/shm");
        Assumptions.assumeTrue(
                Files.isDirectory(shared) && Files.getFileStore(shared).type().equals("tmpfs"),
                "/dev/shm is no tmpfs here");
        assertThat(magicOf(shared)).isEqualTo(FileSystems.TMPFS);
        assertThat(FileSystems.isVolatile(magicOf(shared))).isTrue();
        assertThat(FileSystems.isVolatile(FileSystems.EXT4)).isFalse();
    }

    @Test
    void aMagicNumberNotKnownIsShownAsOne() {
        assertThat(FileSystems.name(0xabcL)).isEqualTo("0xabc");
    }

    private static long magicOf(Path path) {
        try (Arena arena = Arena.ofConfined()) {
            LinuxFileCalls calls = new LinuxFileCalls(arena);
            int fd = calls.open(path.toString(), OpenFlags.O_DIRECTORY, 0);
            assertThat(fd).isNotNegative();
            long magic = calls.fileSystem(fd);
            calls.close(fd);
            return magic;
        }
    }
}
