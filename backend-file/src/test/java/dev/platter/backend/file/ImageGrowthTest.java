package dev.platter.backend.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.CacheMode;
import dev.platter.linux.LinuxFileCalls;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageGrowthTest {
    @TempDir(factory = InTarget.class)
    private Path folder;

    private interface Check {
        void on(ImageFile image, LinuxFileCalls calls) throws Exception;
    }

    private Path image(boolean readOnly, Check check) throws Exception {
        Path path = folder.resolve("disk.raw");
        Files.write(path, new byte[8192]);
        BackendOptions options =
                new BackendOptions(
                        path.toString(),
                        CacheMode.WRITEBACK,
                        readOnly,
                        true,
                        OptionalLong.empty(),
                        Map.of());
        try (Arena arena = Arena.ofConfined()) {
            LinuxFileCalls calls = new LinuxFileCalls(arena);
            ImageFile image =
                    ImageFile.open(
                            options, DsyncPreference.AUTO, SubmissionPath.SYSTEM_CALL, calls);
            try {
                check.on(image, calls);
            } finally {
                image.close(calls);
            }
        }
        return path;
    }

    @Test
    void theFileGrowsWithTheImage() throws Exception {
        Path path =
                image(
                        false,
                        (image, calls) -> {
                            image.resize(calls, 16384);
                            assertThat(image.sizeBytes()).isEqualTo(16384);
                        });
        assertThat(path).hasSize(16384);
    }

    @Test
    void aFileThatSomebodyExtendedKeepsItsEnd() throws Exception {
        Path path =
                image(
                        false,
                        (image, calls) -> {
                            try (RandomAccessFile file = new RandomAccessFile(image.path(), "rw")) {
                                file.setLength(32768);
                            }
                            image.resize(calls, 16384);
                            assertThat(image.sizeBytes()).isEqualTo(16384);
                        });
        assertThat(path).hasSize(32768);
    }

    @Test
    void whatCannotBeIsOneSentenceAndChangesNothing() throws Exception {
        Path path =
                image(
                        false,
                        (image, calls) -> {
                            refused(image, calls, 4096, "cannot be made smaller");
                            refused(image, calls, 8193, "not a multiple of the 512");
                        });
        assertThat(path).hasSize(8192);
        image(true, (image, calls) -> refused(image, calls, 16384, "read-only"));
        assertThat(path).hasSize(8192);
    }

    private static void refused(ImageFile image, LinuxFileCalls calls, long bytes, String why) {
        assertThatThrownBy(() -> image.resize(calls, bytes))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining(why);
        assertThat(image.sizeBytes()).isEqualTo(8192);
    }
}
