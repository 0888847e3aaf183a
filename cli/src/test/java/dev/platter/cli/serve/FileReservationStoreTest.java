package dev.platter.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.scsi.ReservationStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileReservationStoreTest {
    @TempDir Path folder;

    private ReservationStore store(String file) throws Exception {
        return FileReservationStore.of(DiskSpec.parse("file=" + file));
    }

    @Test
    void keepsTheLastTextBesideTheImageAndNothingWhereThereIsNone() throws Exception {
        Path image = Files.createFile(folder.resolve("disk.raw"));
        Path kept = folder.resolve("disk.raw.reservations");
        ReservationStore store = store(image.toString());
        assertThat(store.persists()).isTrue();
        assertThat(store.load()).isEmpty();
        store.save("first");
        store.save("second");
        assertThat(kept).hasContent("second");
        assertThat(store(image.toString()).load()).isEqualTo("second");
        store.save("");
        assertThat(folder).isDirectoryContaining(image::equals);
        assertThat(kept).doesNotExist();
        store.save("");
        assertThat(folder.toFile().list()).containsExactly("disk.raw");
    }

    @Test
    void aLinkToAnImageHasTheStoreOfTheImage() throws Exception {
        Path image = Files.createFile(folder.resolve("disk.raw"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), image);
        store(link.toString()).save("text");
        assertThat(folder.resolve("disk.raw.reservations")).hasContent("text");
    }

    @Test
    void besideADeviceNothingIsKept() throws Exception {
        assertThat(store("/dev/null").persists()).isFalse();
    }
}
