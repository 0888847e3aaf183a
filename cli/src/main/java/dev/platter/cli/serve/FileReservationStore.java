package dev.platter.cli.serve;

import dev.platter.api.block.BackendException;
import dev.platter.scsi.ReservationStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Keeps a disk's persistent reservations in a small file beside its image, {@code
 * IMAGE.reservations}; there is none while there is nothing to keep. A new text replaces the one
 * before as a whole, and is durable then.
 */
final class FileReservationStore implements ReservationStore {
    private static final String SUFFIX = ".reservations";

    private final Path file;

    private FileReservationStore(Path file) {
        this.file = file;
    }

    /** The store of a disk; beside a block device there is no place that outlives the power. */
    static ReservationStore of(DiskSpec spec) throws BackendException {
        try {
            Path image = Path.of(spec.file()).toRealPath();
            return Files.isRegularFile(image)
                    ? new FileReservationStore(image.resolveSibling(image.getFileName() + SUFFIX))
                    : ReservationStore.NONE;
        } catch (IOException e) {
            throw new BackendException("its place cannot be found: " + e.getMessage());
        }
    }

    @Override
    public String load() throws IOException {
        return Files.exists(file) ? Files.readString(file) : "";
    }

    @Override
    public void save(String reservations) throws IOException {
        if (reservations.isEmpty()) {
            Files.deleteIfExists(file);
        } else {
            Path next = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(next, reservations);
            sync(next);
            Files.move(
                    next,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }
        Path folder = file.getParent();
        if (folder != null) {
            sync(folder);
        }
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
