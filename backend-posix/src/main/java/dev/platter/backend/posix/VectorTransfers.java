package dev.platter.backend.posix;

import dev.platter.api.memory.IoVector;
import dev.platter.backend.file.BounceBuffer;
import dev.platter.backend.file.IoCounters;
import dev.platter.linux.Errnos;
import dev.platter.linux.FileCalls;
import dev.platter.linux.RwFlags;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Whole transfers between vectors and the image: short ones are continued, interrupted ones made
 * anew, vectors longer than the kernel takes split, and memory that misses {@code O_DIRECT}
 * alignment bounced. Each part of a write carries the flags of the whole.
 *
 * <p>Answers are the vector's whole length, or a negative errno. One thread at a time.
 */
final class VectorTransfers {
    /** {@code IOV_MAX}: how many pieces one call takes. */
    private static final int MAX_PIECES = 1024;

    /** Longer transfers through the bounce buffer go in chunks of this size. */
    private static final int BOUNCE_BYTES = 1 << 18;

    /** A host that answers {@code EAGAIN} so often in a row will go on doing so. */
    private static final int MAX_AGAIN = 1000;

    private static final long AGAIN_NANOS = 10_000;

    private final FileCalls calls;
    private final int fd;
    private final IoCounters counters;
    private final Arena arena;
    private final IoVector rest;
    private final int memoryAlignmentBytes;
    private final long partialBlockMask;

    /** Allocated by the first request that needs it. */
    private @Nullable BounceBuffer bounce;

    /**
     * Allocates what transfers need.
     *
     * @param blockBytes with {@code O_DIRECT} the unit of offsets and lengths, else 1
     * @param memoryAlignmentBytes with {@code O_DIRECT} the unit of memory, else 1
     * @param arena the lifetime of small native buffers
     */
    VectorTransfers(
            FileCalls calls,
            int fd,
            int blockBytes,
            int memoryAlignmentBytes,
            IoCounters counters,
            Arena arena) {
        this.calls = calls;
        this.fd = fd;
        this.counters = counters;
        this.memoryAlignmentBytes = memoryAlignmentBytes;
        partialBlockMask = blockBytes - 1L;
        this.arena = arena;
        rest = new IoVector(arena, MAX_PIECES);
    }

    void close() {
        if (bounce != null) {
            bounce.close();
        }
    }

    /** Fills a vector; what lies behind the end of a file that has shrunk reads as zeroes. */
    int read(IoVector target, long offset) {
        if (memoryAlignmentBytes == 1 || target.isAligned(memoryAlignmentBytes)) {
            return readWhole(target, offset);
        }
        return readBounced(bounce(), target, offset);
    }

    /**
     * Fills a vector from the page cache, without waiting for the disk.
     *
     * @return the whole length, or a negative errno if that cannot be done: {@code -EAGAIN} where
     *     it may another time; parts of the vector may be filled
     */
    int readCached(IoVector target, long offset) {
        if (target.count() > MAX_PIECES) {
            return -Errnos.EAGAIN;
        }
        counters.countRead();
        long answer =
                calls.preadv2(fd, target.entries(), target.count(), offset, RwFlags.RWF_NOWAIT);
        return answer >= 0 && answer < target.lengthBytes() ? -Errnos.EAGAIN : (int) answer;
    }

    /**
     * Writes a vector.
     *
     * @param flags of {@link RwFlags}, for every part of the write; an atomic one fits the bounce
     *     buffer, and has but one
     */
    int write(IoVector source, long offset, int flags) {
        if ((flags & RwFlags.RWF_ATOMIC) != 0 && source.count() > 1) {
            return writeBounced(bounce(), source, offset, flags);
        }
        if (memoryAlignmentBytes == 1 || source.isAligned(memoryAlignmentBytes)) {
            return writeWhole(source, offset, flags);
        }
        return writeBounced(bounce(), source, offset, flags);
    }

    private BounceBuffer bounce() {
        BounceBuffer buffer = bounce;
        if (buffer == null) {
            buffer = new BounceBuffer(BOUNCE_BYTES, memoryAlignmentBytes, arena);
            bounce = buffer;
        }
        return buffer;
    }

    private int readBounced(BounceBuffer buffer, IoVector target, long offset) {
        counters.countBounced();
        long total = target.lengthBytes();
        for (long done = 0; done < total; ) {
            long chunkBytes = Math.min(total - done, buffer.sizeBytes());
            int answer = readWhole(buffer.chunk(chunkBytes), offset + done);
            if (answer < 0) {
                return answer;
            }
            buffer.drain(target, done, chunkBytes);
            done += chunkBytes;
        }
        return (int) total;
    }

    private int writeBounced(BounceBuffer buffer, IoVector source, long offset, int flags) {
        counters.countBounced();
        long total = source.lengthBytes();
        for (long done = 0; done < total; ) {
            long chunkBytes = Math.min(total - done, buffer.sizeBytes());
            buffer.fill(source, done, chunkBytes);
            int answer = writeWhole(buffer.chunk(chunkBytes), offset + done, flags);
            if (answer < 0) {
                return answer;
            }
            done += chunkBytes;
        }
        return (int) total;
    }

    private int readWhole(IoVector target, long offset) {
        long total = target.lengthBytes();
        long done = 0;
        while (done < total) {
            long answer = readOnce(from(target, done), offset + done);
            if (answer < 0) {
                return (int) answer;
            }
            done += answer;
            // O_DIRECT answers a part of a block at the end of the file only.
            if (answer == 0 || (answer & partialBlockMask) != 0) {
                zeroFrom(target, done);
                return (int) total;
            }
        }
        return (int) total;
    }

    private int writeWhole(IoVector source, long offset, int flags) {
        long total = source.lengthBytes();
        long done = 0;
        while (done < total) {
            long answer = writeOnce(from(source, done), offset + done, flags);
            if (answer < 0) {
                return (int) answer;
            }
            long progress = answer & ~partialBlockMask;
            if ((flags & RwFlags.RWF_ATOMIC) != 0 && answer != total) {
                // The host has broken its word.
                return -Errnos.EIO;
            }
            if (progress == 0) {
                // A host that takes nothing and names no reason has no room: so QEMU reads it too.
                return -Errnos.ENOSPC;
            }
            done += progress;
        }
        return (int) total;
    }

    /** What is left of a vector, as far as one call takes it. */
    private IoVector from(IoVector whole, long doneBytes) {
        if (doneBytes == 0 && whole.count() <= MAX_PIECES) {
            return whole;
        }
        // Cut short where it has too many pieces: the loop comes back for the others.
        rest.setSlice(whole, doneBytes, whole.lengthBytes() - doneBytes);
        return rest;
    }

    private static void zeroFrom(IoVector target, long doneBytes) {
        long skip = doneBytes;
        for (int i = 0; i < target.count(); i++) {
            long end = target.offset(i) + target.pieceBytes(i);
            for (long at = target.offset(i) + skip; at < end; at++) {
                target.segment(i).set(ValueLayout.JAVA_BYTE, at, (byte) 0);
            }
            skip = Math.max(0, skip - target.pieceBytes(i));
        }
    }

    private long readOnce(IoVector vector, long offset) {
        long answer;
        int again = 0;
        do {
            counters.countRead();
            answer = calls.preadv2(fd, vector.entries(), vector.count(), offset, 0);
        } while (answer == -Errnos.EINTR || (answer == -Errnos.EAGAIN && rested(again++)));
        return answer;
    }

    private long writeOnce(IoVector vector, long offset, int flags) {
        long answer;
        int again = 0;
        do {
            if ((flags & RwFlags.RWF_DSYNC) != 0) {
                counters.countDurableWrite();
            } else {
                counters.countWrite();
            }
            answer = calls.pwritev2(fd, vector.entries(), vector.count(), offset, flags);
        } while (answer == -Errnos.EINTR || (answer == -Errnos.EAGAIN && rested(again++)));
        return answer;
    }

    private static boolean rested(int times) {
        LockSupport.parkNanos(AGAIN_NANOS);
        return times < MAX_AGAIN;
    }
}
