package dev.platter.scsi;

import dev.platter.api.memory.IoVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A native buffer of a queue for the commands whose data is not simply the initiator's: parameter
 * lists that outlive a request, patterns, and blocks read for comparison.
 */
final class Scratch {
    static final int BYTES = 64 * 1024;

    private static final int ALIGNMENT_BYTES = 4096;
    private static final int REPETITIONS = 8;

    private final MemorySegment segment;
    private final IoVector vector;

    Scratch(Arena arena) {
        segment = arena.allocate(BYTES, ALIGNMENT_BYTES);
        vector = new IoVector(arena, REPETITIONS);
    }

    MemorySegment segment() {
        return segment;
    }

    /** How much {@link #repeated} can name at most. */
    static int maxRepeatedBytes() {
        return BYTES * REPETITIONS;
    }

    /** A vector that names the buffer's contents over and over. */
    IoVector repeated(long lengthBytes) {
        vector.clear();
        for (long left = lengthBytes; left > 0; left -= BYTES) {
            vector.add(segment, 0, Math.min(left, BYTES));
        }
        return vector;
    }

    /** Fills the whole buffer with its first bytes; a power of two of them. */
    void repeat(int patternBytes) {
        for (int filled = patternBytes; filled < BYTES; filled *= 2) {
            MemorySegment.copy(segment, 0, segment, filled, filled);
        }
    }

    /** Whether the first bytes are all zero. */
    boolean isZero(int lengthBytes) {
        for (int i = 0; i < lengthBytes; i += Long.BYTES) {
            if (segment.get(ValueLayout.JAVA_LONG, i) != 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Where the first bytes differ from a stretch of a vector, or -1 if they do not.
     *
     * @param skipBytes where in the vector the stretch starts
     */
    long mismatch(IoVector other, long skipBytes, int lengthBytes) {
        long skip = skipBytes;
        int done = 0;
        for (int i = 0; i < other.count() && done < lengthBytes; i++) {
            long piece = other.pieceBytes(i);
            if (skip >= piece) {
                skip -= piece;
                continue;
            }
            long part = Math.min(piece - skip, lengthBytes - done);
            long at = other.offset(i) + skip;
            long difference = mismatch(done, other.segment(i), at, part);
            if (difference >= 0) {
                return done + difference;
            }
            done += (int) part;
            skip = 0;
        }
        return done == lengthBytes ? -1 : done;
    }

    /** Where the first bytes, block by block, differ from the first block of a vector, or -1. */
    long mismatchOfBlocks(IoVector block, int blockBytes, int lengthBytes) {
        long first = mismatch(block, 0, blockBytes);
        if (first >= 0) {
            return first;
        }
        long next = mismatch(blockBytes, segment, 0, (long) lengthBytes - blockBytes);
        return next < 0 ? -1 : blockBytes + next;
    }

    /** Ors a stretch of a vector to the first bytes. */
    void or(IoVector other, long skipBytes, int lengthBytes) {
        long skip = skipBytes;
        long done = 0;
        for (int i = 0; i < other.count() && done < lengthBytes; i++) {
            long piece = other.pieceBytes(i);
            if (skip >= piece) {
                skip -= piece;
                continue;
            }
            long part = Math.min(piece - skip, lengthBytes - done);
            long at = other.offset(i) + skip;
            for (long k = 0; k < part; k++) {
                byte more = other.segment(i).get(ValueLayout.JAVA_BYTE, at + k);
                byte here = segment.get(ValueLayout.JAVA_BYTE, done + k);
                segment.set(ValueLayout.JAVA_BYTE, done + k, (byte) (here | more));
            }
            done += part;
            skip = 0;
        }
    }

    private long mismatch(long offset, MemorySegment other, long otherOffset, long lengthBytes) {
        return MemorySegment.mismatch(
                segment,
                offset,
                offset + lengthBytes,
                other,
                otherOffset,
                otherOffset + lengthBytes);
    }
}
