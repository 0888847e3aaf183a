package dev.platter.vhostuser;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.platter.api.memory.DirtyLog;
import dev.platter.linux.FileStatus;
import dev.platter.linux.LinuxException;
import dev.platter.linux.LinuxFileCalls;
import dev.platter.linux.MappedFile;
import dev.platter.linux.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The dirty log of a live migration, in memory that the front-end shares ({@code SET_LOG_BASE} and
 * "Migration" in the vhost-user specification): a bit for each 4 KiB page of guest-physical memory.
 *
 * <pre>
 *  byte     page / 8         of the log
 *  bit      page % 8         least significant first
 * </pre>
 *
 * <p>The front-end takes and clears bits while queues set them, so each is set atomically. Pages
 * beyond the log's end are not marked: it is the front-end's to make it large enough.
 */
final class DirtyBitmap implements DirtyLog, AutoCloseable {
    private static final int PAGE_SHIFT = 12;
    private static final int FILE_PAGE_BYTES = 4096;
    private static final int WORD_SHIFT = 5;
    private static final int LAST_BIT = Integer.SIZE - 1;

    /** Coordinates: segment, byte offset. Little-endian words keep the order of bytes and bits. */
    private static final VarHandle WORD = JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private final MappedFile file;
    private final MemorySegment words;
    private final long wordCount;

    private DirtyBitmap(MappedFile file) {
        this.file = file;
        words = file.segment();
        wordCount = words.byteSize() / Integer.BYTES;
    }

    /**
     * Maps a log.
     *
     * @param fd the file it lies in; stays the caller's and may be closed afterwards
     * @throws RequestRefusedException if it does not lie in the file, whole pages from its start
     */
    static DirtyBitmap map(int fd, long offsetBytes, long sizeBytes)
            throws RequestRefusedException {
        if (offsetBytes < 0 || offsetBytes % FILE_PAGE_BYTES != 0 || sizeBytes < Integer.BYTES) {
            throw new RequestRefusedException(
                    "a log of %s bytes at offset %s cannot be mapped"
                            .formatted(
                                    Long.toUnsignedString(sizeBytes),
                                    Long.toUnsignedString(offsetBytes)));
        }
        try (Arena arena = Arena.ofConfined()) {
            FileStatus status = new FileStatus(arena);
            int answer = new LinuxFileCalls(arena).status(fd, status);
            if (answer < 0) {
                throw new LinuxException("statx", fd, -answer);
            }
            // Access behind a file's end is a SIGBUS, so a short file is refused before it is used.
            if (sizeBytes > status.sizeBytes() - offsetBytes) {
                throw new RequestRefusedException(
                        "a log of %d bytes runs over the end of its file of %d"
                                .formatted(sizeBytes, status.sizeBytes()));
            }
            return new DirtyBitmap(Memory.map(fd, offsetBytes, sizeBytes, true));
        } catch (LinuxException e) {
            throw new RequestRefusedException("the log cannot be mapped: " + e.getMessage(), e);
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>The atomic or is a full fence: whoever clears a bit that was set already, and then reads
     * the page, reads what was written before this call.
     */
    @Override
    public void mark(long guestAddress, long lengthBytes) {
        long first = guestAddress >>> PAGE_SHIFT;
        long last = (guestAddress + lengthBytes - 1) >>> PAGE_SHIFT;
        long lastWord = Math.min(last >>> WORD_SHIFT, wordCount - 1);
        for (long word = first >>> WORD_SHIFT; word <= lastWord; word++) {
            int from = word == first >>> WORD_SHIFT ? (int) first & LAST_BIT : 0;
            int to = word == last >>> WORD_SHIFT ? (int) last & LAST_BIT : LAST_BIT;
            int bits = -1 << from & -1 >>> (LAST_BIT - to);
            int ignored = (int) WORD.getAndBitwiseOr(words, word * Integer.BYTES, bits);
        }
    }

    /** Unmaps the log; no queue uses it then. */
    @Override
    public void close() {
        file.close();
    }
}
