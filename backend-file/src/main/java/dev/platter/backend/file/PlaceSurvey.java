package dev.platter.backend.file;

import dev.platter.api.block.BackendException;
import dev.platter.linux.FileCalls;
import dev.platter.linux.FileStatus;
import dev.platter.linux.OpenFlags;
import java.lang.foreign.Arena;
import java.util.Optional;

/**
 * What can be said of a place for images, a file, a block device or a folder, without opening an
 * image there: what it lies on, and how durable writes would be made.
 *
 * @param storage the file system, or block device
 * @param disk the disk under it, where there is one that the kernel tells of
 */
public record PlaceSurvey(StorageTraits storage, Optional<HostDisk> disk) {
    /**
     * Looks at a place; opens it for reading only, and takes no lock.
     *
     * @throws BackendException if it cannot be looked at
     */
    public static PlaceSurvey of(String path, FileCalls calls) throws BackendException {
        int flags = OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK | OpenFlags.O_CLOEXEC;
        int fd = calls.open(path, flags, 0);
        if (fd < 0) {
            throw HostFailures.of("look at", path, fd);
        }
        try (Arena arena = Arena.ofConfined()) {
            FileStatus status = new FileStatus(arena);
            int answer = calls.status(fd, status);
            long magic = answer < 0 ? answer : calls.fileSystem(fd);
            if (magic < 0) {
                throw HostFailures.of("look at", path, magic);
            }
            Optional<HostDisk> disk = HostDisk.of(status);
            boolean fua = disk.map(HostDisk::fua).orElse(false);
            StorageTraits storage =
                    status.isBlockDevice() ? StorageTraits.device(fua) : StorageTraits.file(magic);
            return new PlaceSurvey(storage, disk);
        } finally {
            calls.close(fd);
        }
    }

    /** What {@code dsync=auto} does there, provided that the host takes the call. */
    public DsyncChoice automatic(SubmissionPath path) {
        return DsyncPolicy.choose(DsyncPreference.AUTO, storage, path);
    }

    /** Why {@code dsync=rwf} is refused there, or nothing. */
    public Optional<String> danger(SubmissionPath path) {
        return DsyncPolicy.danger(storage, path);
    }
}
