package dev.platter.conformance.files;

import dev.platter.conformance.Media;
import dev.platter.conformance.Medium;
import dev.platter.conformance.crashfs.CrashFileSystem;
import dev.platter.linux.LinuxException;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Files on a mounted crash file system. */
public final class CrashFileMedia implements Media {
    private final CrashFileSystem fileSystem;
    private final AtomicLong next = new AtomicLong();

    private CrashFileMedia(CrashFileSystem fileSystem) {
        this.fileSystem = fileSystem;
    }

    /**
     * Mounts one.
     *
     * @throws LinuxException if the host refuses
     * @throws IOException if there is no place for it
     */
    public static CrashFileMedia mount() throws LinuxException, IOException {
        return mount(true);
    }

    /**
     * Mounts one.
     *
     * @param heedsDsync as of {@link CrashFileSystem#mount(boolean)}
     * @throws LinuxException if the host refuses
     * @throws IOException if there is no place for it
     */
    public static CrashFileMedia mount(boolean heedsDsync) throws LinuxException, IOException {
        return new CrashFileMedia(CrashFileSystem.mount(heedsDsync));
    }

    /**
     * Mounts one, or makes do with {@link PlainFileMedia} where that cannot be. With {@code
     * CI=true} in the environment it must.
     *
     * @throws Exception if neither can be had
     */
    public static Media mountIfPossible() throws Exception {
        Optional<String> reason = CrashFileSystem.unavailable();
        if (reason.isEmpty()) {
            return mount();
        }
        if ("true".equals(System.getenv("CI"))) {
            throw new IllegalStateException(reason.get());
        }
        return PlainFileMedia.create(reason.get());
    }

    @Override
    public Optional<String> noPowerCut() {
        return Optional.empty();
    }

    @Override
    public Optional<String> noFaults() {
        return Optional.empty();
    }

    @Override
    public Medium create(long sizeBytes, long seed) {
        String name = "disk-" + next.incrementAndGet();
        fileSystem.create(name, sizeBytes);
        return new CrashFileMedium(fileSystem, name);
    }

    @Override
    public void close() {
        try {
            fileSystem.close();
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }
}
