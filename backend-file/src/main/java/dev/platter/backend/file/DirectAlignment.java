package dev.platter.backend.file;

import dev.platter.api.block.BackendException;
import dev.platter.api.memory.IoVector;
import dev.platter.linux.Errnos;
import dev.platter.linux.FileCalls;
import dev.platter.linux.FileStatus;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What {@code O_DIRECT} asks of requests on one file.
 *
 * @param requestBytes offsets and lengths are multiples of it, a power of two of at least 512
 * @param memoryBytes each piece of memory starts at, and is as long as, a multiple of it. Never
 *     below {@link #requestBytes}: kernels differ in whether a piece, or only the sum of them, must
 *     be whole blocks
 */
record DirectAlignment(int requestBytes, int memoryBytes) {
    /** The largest alignment that is probed; a page on all common machines. */
    static final int MAX_BYTES = 4096;

    private static final int SECTOR_BYTES = 512;

    /**
     * Finds out by asking the kernel, or by trying reads where it does not tell.
     *
     * @param logicalBlockBytes a block device's logical block, or 0
     */
    static DirectAlignment probe(
            FileCalls calls, int fd, String path, FileStatus status, int logicalBlockBytes)
            throws BackendException {
        if (status.tellsDirectAlignment()) {
            if (status.directOffsetAlignmentBytes() == 0) {
                throw unsupported(path);
            }
            return of(
                    Math.max(status.directOffsetAlignmentBytes(), logicalBlockBytes),
                    status.directMemoryAlignmentBytes());
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(2L * MAX_BYTES, MAX_BYTES);
            IoVector vector = new IoVector(arena, 1);
            int request = logicalBlockBytes;
            for (int size = SECTOR_BYTES; request == 0 && size <= MAX_BYTES; size *= 2) {
                request = readable(calls, fd, vector, buffer, 0, size) ? size : 0;
            }
            int memory = 0;
            for (int shift = SECTOR_BYTES; memory == 0 && shift <= MAX_BYTES; shift *= 2) {
                memory = readable(calls, fd, vector, buffer, shift, MAX_BYTES) ? shift : 0;
            }
            if (request == 0 || memory == 0) {
                throw unsupported(path);
            }
            return of(request, memory);
        }
    }

    /** The refusal where a file system has no {@code O_DIRECT}. */
    static BackendException unsupported(String path) {
        return new BackendException(
                "the file system of "
                        + path
                        + " does not support O_DIRECT: use cache.direct=off (cache=writeback,"
                        + " writethrough or unsafe)",
                Errnos.EINVAL);
    }

    private static DirectAlignment of(int request, int memory) {
        int requestBytes = Math.max(request, SECTOR_BYTES);
        return new DirectAlignment(requestBytes, Math.max(memory, requestBytes));
    }

    private static boolean readable(
            FileCalls calls,
            int fd,
            IoVector vector,
            MemorySegment buffer,
            int shiftBytes,
            int sizeBytes) {
        vector.clear();
        vector.add(buffer, shiftBytes, sizeBytes);
        long answer;
        do {
            answer = calls.preadv2(fd, vector.entries(), vector.count(), 0, 0);
        } while (answer == -Errnos.EINTR);
        // Only EINVAL speaks of alignment; a bad sector, say, is no reason to ask for more.
        return answer != -Errnos.EINVAL;
    }
}
