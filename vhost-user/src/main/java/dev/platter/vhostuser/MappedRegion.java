package dev.platter.vhostuser;

import dev.platter.linux.Errnos;
import dev.platter.linux.FileStatus;
import dev.platter.linux.LinuxException;
import dev.platter.linux.LinuxFileCalls;
import dev.platter.linux.MappedFile;
import dev.platter.linux.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One guest memory region, mapped into this process. Closing unmaps it; no queue uses it then.
 *
 * @param description as the front-end gave it
 * @param file the mapping, which may begin before the region and end behind it
 * @param segment the region itself
 */
record MappedRegion(RegionDescription description, MappedFile file, MemorySegment segment)
        implements AutoCloseable {
    private static final int PAGE_BYTES = 4096;

    /**
     * Maps a region whose description has been checked.
     *
     * @param fd the file it lies in; stays the caller's and may be closed afterwards
     */
    static MappedRegion map(RegionDescription description, int fd) throws RequestRefusedException {
        try {
            int unitBytes = checkFile(description, fd);
            return map(description, fd, unitBytes);
        } catch (LinuxException e) {
            throw new RequestRefusedException(description + ": " + e.getMessage(), e);
        }
    }

    /** Checks that the file is as long as the region needs it; answers its block size. */
    private static int checkFile(RegionDescription region, int fd)
            throws LinuxException, RequestRefusedException {
        try (Arena arena = Arena.ofConfined()) {
            FileStatus status = new FileStatus(arena);
            int answer = new LinuxFileCalls(arena).status(fd, status);
            if (answer < 0) {
                throw new LinuxException("statx", fd, -answer);
            }
            // Access behind a file's end is a SIGBUS, so a short file is refused before it is used.
            if (status.isRegularFile()
                    && status.sizeBytes() < region.mmapOffset() + region.sizeBytes()) {
                throw new RequestRefusedException(
                        region + " runs over the end of its file of " + status.sizeBytes());
            }
            return Math.max(PAGE_BYTES, status.blockSizeBytes());
        }
    }

    private static MappedRegion map(RegionDescription region, int fd, int unitBytes)
            throws LinuxException {
        if (region.mmapOffset() % unitBytes == 0) {
            return map(region, fd, region.mmapOffset(), unitBytes);
        }
        try {
            long pageOffset = region.mmapOffset() - region.mmapOffset() % PAGE_BYTES;
            return map(region, fd, pageOffset, PAGE_BYTES);
        } catch (LinuxException e) {
            // A file of huge pages can be mapped from a multiple of those only; 0 always is one.
            if (e.errno() != Errnos.EINVAL) {
                throw e;
            }
            return map(region, fd, 0, unitBytes);
        }
    }

    /**
     * Maps from an offset of the file to the region's end, rounded up to whole units: a mapping of
     * huge pages can be undone only in whole ones.
     */
    private static MappedRegion map(RegionDescription region, int fd, long fromOffset, int unit)
            throws LinuxException {
        long skip = region.mmapOffset() - fromOffset;
        long length = skip + region.sizeBytes();
        long rounded = (length + unit - 1) / unit * unit;
        MappedFile file = Memory.map(fd, fromOffset, rounded, true);
        return new MappedRegion(region, file, file.segment().asSlice(skip, region.sizeBytes()));
    }

    @Override
    public void close() {
        file.close();
    }
}
