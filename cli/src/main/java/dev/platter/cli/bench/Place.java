package dev.platter.cli.bench;

import dev.platter.linux.LinuxException;
import dev.platter.linux.PageCache;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * The working folder of one run: the image that all contenders share, the idle disks beside it,
 * sockets and logs. Closing removes the folder; an image of the user's stays.
 */
final class Place implements AutoCloseable {
    private static final int CHUNK_BYTES = 1 << 20;
    private static final long IDLE_DISK_BYTES = 16L << 20;

    private final Path folder;
    private final Path image;
    private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
    private int names;

    private Place(Path folder, Path image) {
        this.folder = folder;
        this.image = image;
    }

    /** Makes the folder, and in it an image with every block written, unless the user has one. */
    static Place prepare(BenchOptions options) throws BenchException {
        try {
            Path folder = Files.createTempDirectory(options.directory(), "platter-bench-");
            Place place =
                    new Place(
                            folder.toRealPath(),
                            options.image()
                                    .orElse(folder.toRealPath().resolve("image"))
                                    .toAbsolutePath());
            Runtime.getRuntime().addShutdownHook(new Thread(place::close, "bench-clean-up"));
            if (options.image().isEmpty()) {
                place.fill(options.imageBytes(), options.seed());
            }
            return place;
        } catch (IOException e) {
            throw new BenchException("cannot make the image: " + e.getMessage(), e);
        }
    }

    private void fill(long sizeBytes, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        try (FileChannel file =
                FileChannel.open(image, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (long done = 0; done < sizeBytes; done += chunk.limit()) {
                chunk.clear();
                while (chunk.hasRemaining()) {
                    chunk.putLong(random.nextLong());
                }
                chunk.flip();
                chunk.limit((int) Math.min(chunk.limit(), sizeBytes - done));
                while (chunk.hasRemaining()) {
                    file.write(chunk);
                }
            }
            file.force(true);
        }
    }

    /**
     * Makes the image the same for every round: what the last one left dirty is on the disk, and
     * the page cache holds all of it, or nothing where the round bypasses it.
     */
    void settle(boolean direct) throws BenchException {
        try {
            PageCache.drop(image);
            if (!direct) {
                readThrough();
            }
        } catch (LinuxException | IOException e) {
            throw new BenchException("cannot prepare the image: " + e.getMessage(), e);
        }
    }

    private void readThrough() throws IOException {
        try (FileChannel file = FileChannel.open(image, StandardOpenOption.READ)) {
            do {
                chunk.clear();
            } while (file.read(chunk) >= 0);
        }
    }

    /** The shared image and, behind it, as many idle ones as make up the count. */
    List<Path> images(int count) throws BenchException {
        List<Path> images = new ArrayList<>(List.of(image));
        for (int i = 1; i < count; i++) {
            Path idle = folder.resolve("idle-" + i);
            try (FileChannel file =
                    FileChannel.open(idle, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                file.write(ByteBuffer.allocate(1), IDLE_DISK_BYTES - 1);
            } catch (IOException e) {
                throw new BenchException("cannot make an idle disk: " + e.getMessage(), e);
            }
            images.add(idle);
        }
        return images;
    }

    /** A path in the folder that was not given before. */
    Path fresh(String suffix) {
        return folder.resolve(++names + suffix);
    }

    Path folder() {
        return folder;
    }

    Path image() {
        return image;
    }

    long imageBytes() throws BenchException {
        // The end of the channel, because a block device's file size is 0.
        try (FileChannel file = FileChannel.open(image, StandardOpenOption.READ)) {
            return file.size();
        } catch (IOException e) {
            throw new BenchException("cannot look at " + image + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(Place::delete);
        } catch (IOException | UncheckedIOException e) {
            // Gone already, or about to be: the other of the two closes was at it.
        }
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
