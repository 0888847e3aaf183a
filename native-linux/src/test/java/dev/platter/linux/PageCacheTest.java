package dev.platter.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageCacheTest {
    @TempDir private Path folder;

    @Test
    void droppingKeepsTheContent() throws Exception {
        Path file = folder.resolve("file");
        byte[] content = new byte[100_000];
        java.util.Arrays.fill(content, (byte) 7);
        Files.write(file, content);
        PageCache.drop(file);
        assertThat(Files.readAllBytes(file)).isEqualTo(content);
    }

    @Test
    void aMissingFileIsToldByName() {
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> PageCache.drop(missing))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining(missing.toString());
    }
}
