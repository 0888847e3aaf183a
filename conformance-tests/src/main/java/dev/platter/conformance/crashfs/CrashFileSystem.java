package dev.platter.conformance.crashfs;

import dev.platter.linux.LinuxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A mounted file system whose files lie on a simulated disk with a volatile cache, for the tests of
 * whatever keeps its data in files. All that is volatile is here, nothing in the kernel (direct I/O
 * only, no shared {@code mmap}), so a power cut is a choice of versions and needs no remount: cut,
 * close what is under test, {@link #restorePower()}, open it again.
 *
 * <p>What the disk promises, and no more:
 *
 * <ul>
 *   <li>a sector of 512 bytes is written whole or not at all; no order holds between sectors;
 *   <li>what an fsync or fdatasync found is durable when it has succeeded, the size included; what
 *       was written while it ran need not be;
 *   <li>the sectors of a write with {@code O_DSYNC} ({@code RWF_DSYNC}) are durable when it has
 *       succeeded, and nothing else is;
 *   <li>what a failed fsync covered is read still, but no later fsync makes it durable, as on
 *       Linux;
 *   <li>names are durable at once; the folder is flat.
 * </ul>
 *
 * <p>Needs root and {@code /dev/fuse}. Any thread may call. The mount goes away with {@link
 * #close}, with this virtual machine, also a killed one, and when a request hangs for half a
 * minute.
 */
public final class CrashFileSystem implements AutoCloseable {
    private static final int THREADS = 4;
    private static final int MODE = 0600;

    private final Path directory;
    private final CrashDisk disk;
    private final FuseMount mount;

    private CrashFileSystem(Path directory, CrashDisk disk, FuseMount mount) {
        this.directory = directory;
        this.disk = disk;
        this.mount = mount;
    }

    /** Why there can be no crash file system here, in one sentence; or nothing. */
    public static Optional<String> unavailable() {
        if (!Files.isWritable(Path.of("/dev/fuse"))) {
            return Optional.of("the crash file system needs a writable /dev/fuse, as root has it");
        }
        try (CrashFileSystem probe = mount()) {
            return Files.isDirectory(probe.directory())
                    ? Optional.empty()
                    : Optional.of("the crash file system does not answer");
        } catch (IOException | LinuxException failure) {
            return Optional.of("the crash file system cannot be mounted: " + failure.getMessage());
        }
    }

    /** Mounts one over a new temporary folder. */
    public static CrashFileSystem mount() throws LinuxException, IOException {
        return mount(true);
    }

    /**
     * Mounts one over a new temporary folder.
     *
     * @param heedsDsync false for a file server that takes no notice of a write's {@code O_DSYNC},
     *     as some do: only an fsync makes data durable there
     */
    public static CrashFileSystem mount(boolean heedsDsync) throws LinuxException, IOException {
        return mount(heedsDsync, FuseMount.Patience.USUAL);
    }

    static CrashFileSystem mount(boolean heedsDsync, FuseMount.Patience patience)
            throws LinuxException, IOException {
        Path folder = Files.createTempDirectory("platter-crash");
        CrashDisk disk = new CrashDisk(heedsDsync);
        try {
            FuseOperations operations = new FuseOperations(disk);
            FuseMount mount = FuseMount.over(folder, operations, THREADS, patience);
            return new CrashFileSystem(folder, disk, mount);
        } catch (LinuxException | IOException failure) {
            Files.deleteIfExists(folder);
            throw failure;
        }
    }

    /** The mount point. */
    public Path directory() {
        return directory;
    }

    /** The path of a file, whether it exists or not. */
    public Path path(String name) {
        return directory.resolve(name);
    }

    /** Makes a file of a size, all hole, durably; one that exists is made anew. */
    public Path create(String name, long sizeBytes) {
        disk.unlink(name);
        disk.create(name, MODE);
        disk.look(
                name,
                file -> {
                    file.grow(0, sizeBytes);
                    file.synchronise(0);
                    return 0;
                });
        return path(name);
    }

    /**
     * Makes a file, durably, of what a power cut now would leave of another; the power stays on.
     * For what lives on after the cut that it is tested for, such as a mounted file system.
     */
    public Path copyAfterCut(String from, String to, CrashPolicy policy, long seed) {
        Path path = create(to, 0);
        disk.copy(from, to, new CrashDice(policy, seed));
        return path;
    }

    /** Removes a file, durably. */
    public void delete(String name) {
        disk.delete(name);
    }

    /** What is to go wrong. */
    public Faults faults() {
        return disk.faults();
    }

    /** What is asked of the disk. */
    public Recorder recorder() {
        return disk.recorder();
    }

    /** Sets a power cut; one that was set before and has not happened is forgotten. */
    public void arm(PowerCut cut) {
        disk.arm(cut);
    }

    /** Cuts the power now, if it is on. */
    public void cutPower(CrashPolicy policy, long seed) {
        disk.cut(policy, seed);
    }

    /** Whether the power is on; without it each operation fails with {@code EIO}. */
    public boolean powered() {
        return disk.powered();
    }

    /**
     * Turns the power on again, or forgets a cut that has not happened.
     *
     * @return the cut that has happened, or null
     */
    public @Nullable PowerCut restorePower() {
        return disk.restore();
    }

    /** How many operations, reads left out, the disk has seen while it had power. */
    public long operationCount() {
        return disk.counted();
    }

    /** How many sectors a power cut could leave in more than one state. */
    public int volatileSectors() {
        return disk.volatileSectors();
    }

    /** What a read of a file would see now; not recorded, and without a way through the kernel. */
    public byte[] contents(String name) {
        return disk.contents(name);
    }

    /** Whether the watchdog had to end the file system, because a request hung. */
    public boolean aborted() {
        return mount.aborted();
    }

    /**
     * Ends the connection at once, as the watchdog does: calls that hang in it return with an
     * error.
     */
    public void abort() {
        mount.abort();
    }

    /** Unmounts and removes the folder, whoever has files open there still. */
    @Override
    public void close() throws IOException {
        mount.close();
    }
}
