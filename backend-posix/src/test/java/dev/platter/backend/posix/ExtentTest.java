package dev.platter.backend.posix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.Extent;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where an image has space, as the host's file system tells it. */
class ExtentTest {
    private static final int SIZE = 8 << 20;
    private static final int DATA_START = 2 << 20;
    private static final int DATA_END = 3 << 20;

    private Path image;

    @BeforeEach
    void create() throws Exception {
        image = Files.createTempFile(Path.of("target"), "extents", ".raw");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(SIZE);
            file.seek(DATA_START);
            file.write(new byte[DATA_END - DATA_START]);
        }
    }

    @AfterEach
    void delete() throws Exception {
        Files.delete(image);
    }

    private BlockBackend open() throws Exception {
        return new PosixBackendProvider()
                .open(BackendOptions.of(image.toString(), CacheMode.WRITEBACK));
    }

    @Test
    void holesAndDataAreToldApartToTheEnd() throws Exception {
        try (BlockBackend backend = open()) {
            assertThat(backend.extentAt(0)).isEqualTo(new Extent(DATA_START, false));
            assertThat(backend.extentAt(4096)).isEqualTo(new Extent(DATA_START - 4096, false));
            assertThat(backend.extentAt(DATA_START))
                    .isEqualTo(new Extent(DATA_END - DATA_START, true));
            assertThat(backend.extentAt(DATA_END - 512)).isEqualTo(new Extent(512, true));
            assertThat(backend.extentAt(DATA_END)).isEqualTo(new Extent(SIZE - DATA_END, false));
            assertThat(backend.extentAt(SIZE - 512)).isEqualTo(new Extent(512, false));
        }
    }

    @Test
    void aFileFullOfDataIsOneExtent() throws Exception {
        Files.write(image, new byte[SIZE]);
        try (BlockBackend backend = open()) {
            assertThat(backend.extentAt(0)).isEqualTo(new Extent(SIZE, true));
        }
    }
}
