package dev.platter.conformance.files;

import dev.platter.conformance.Fault;
import dev.platter.conformance.Media;
import dev.platter.conformance.Medium;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Ordinary files in the folder {@code target}, or the temporary one: no power cut, no fault. */
public final class PlainFileMedia implements Media {
    private final String reason;
    private final Path folder;
    private final AtomicLong next = new AtomicLong();

    private PlainFileMedia(String reason, Path folder) {
        this.reason = reason;
        this.folder = folder;
    }

    /**
     * A supply.
     *
     * @param reason why there is nothing better, in one sentence
     * @throws IOException if there is no place for it
     */
    public static PlainFileMedia create(String reason) throws IOException {
        Path target = Path.of("target");
        Path folder =
                Files.isDirectory(target)
                        ? Files.createTempDirectory(target, "conformance")
                        : Files.createTempDirectory("conformance");
        return new PlainFileMedia(reason, folder);
    }

    @Override
    public Optional<String> noPowerCut() {
        return Optional.of(reason);
    }

    @Override
    public Optional<String> noFaults() {
        return Optional.of(reason);
    }

    @Override
    public Medium create(long sizeBytes, long seed) throws IOException {
        Path file = folder.resolve("disk-" + next.incrementAndGet());
        try (RandomAccessFile image = new RandomAccessFile(file.toFile(), "rw")) {
            image.setLength(sizeBytes);
        }
        return new PlainFile(file);
    }

    @Override
    public void close() {
        delete(folder);
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private record PlainFile(Path file) implements Medium {
        private static UnsupportedOperationException unsupported() {
            return new UnsupportedOperationException("an ordinary file keeps its power");
        }

        @Override
        public String location() {
            return file.toString();
        }

        @Override
        public void armPowerCut(long operations, long seed) {
            throw unsupported();
        }

        @Override
        public void cutPower(long seed) {
            throw unsupported();
        }

        @Override
        public boolean powered() {
            return true;
        }

        @Override
        public String restorePower() {
            return "";
        }

        @Override
        public void inject(Fault fault) {
            throw unsupported();
        }

        @Override
        public void clearFaults() {
            // There are none.
        }

        @Override
        public void close() {
            delete(file);
        }
    }
}
