package dev.platter.api.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The scatter/gather list of one request: up to {@link #capacity()} pieces of native memory, kept
 * both as segments and as the kernel's {@code struct iovec} array.
 *
 * <pre>
 *  struct iovec      0        8
 *                    +--------+--------+
 *                    | base   | length |   16 bytes an entry, native byte order
 *                    +--------+--------+
 * </pre>
 *
 * <p>Allocated once and reused: {@link #clear()}, then {@link #add}. One thread owns it at a time;
 * from the submission of a request to its completion that is the backend's queue.
 */
public final class IoVector {
    /** The size of a {@code struct iovec} on a 64-bit Linux, in bytes. */
    public static final int ENTRY_BYTES = 16;

    private static final int LENGTH_OFFSET = 8;
    private static final int FIRST_PIECES = 8;

    private final Arena arena;
    private final int maxPieces;
    private MemorySegment entries;
    private MemorySegment[] segments;
    private long[] offsets;
    private int count;
    private long lengthBytes;

    /**
     * Allocates an empty vector. It starts small and doubles as pieces come that need it; what it
     * outgrew stays allocated until the arena ends, which is less than it has.
     *
     * @param arena the lifetime of the native array; each thread that adds pieces must be allowed
     *     to allocate from it
     * @param capacity how many pieces it can hold, 1 or more
     */
    public IoVector(Arena arena, int capacity) {
        this.arena = arena;
        maxPieces = capacity;
        int first = Math.min(capacity, FIRST_PIECES);
        entries = allocate(arena, first);
        segments = new MemorySegment[first];
        Arrays.fill(segments, MemorySegment.NULL);
        offsets = new long[first];
    }

    private static MemorySegment allocate(Arena arena, int pieces) {
        return arena.allocate((long) ENTRY_BYTES * pieces, ValueLayout.JAVA_LONG.byteSize());
    }

    private boolean grow() {
        if (count == maxPieces) {
            return false;
        }
        int more = (int) Math.min(maxPieces, 2L * count);
        MemorySegment larger = allocate(arena, more);
        MemorySegment.copy(entries, 0, larger, 0, (long) count * ENTRY_BYTES);
        entries = larger;
        segments = Arrays.copyOf(segments, more);
        Arrays.fill(segments, count, more, MemorySegment.NULL);
        offsets = Arrays.copyOf(offsets, more);
        return true;
    }

    /** Forgets all pieces. */
    public void clear() {
        count = 0;
        lengthBytes = 0;
    }

    /**
     * Appends a piece of native memory.
     *
     * @param segment native memory that outlives the request; bounds are checked here
     * @param offsetBytes where the piece starts in the segment
     * @param pieceBytes its length, 0 or more; an empty piece is not kept
     * @return false, with nothing changed, when the vector is full
     */
    public boolean add(MemorySegment segment, long offsetBytes, long pieceBytes) {
        if (offsetBytes < 0 || pieceBytes < 0 || offsetBytes > segment.byteSize() - pieceBytes) {
            throw new IndexOutOfBoundsException("piece lies outside its segment");
        }
        if (pieceBytes == 0) {
            return true;
        }
        if (count == segments.length && !grow()) {
            return false;
        }
        segments[count] = segment;
        offsets[count] = offsetBytes;
        long entry = (long) count * ENTRY_BYTES;
        entries.set(ValueLayout.JAVA_LONG, entry, segment.address() + offsetBytes);
        entries.set(ValueLayout.JAVA_LONG, entry + LENGTH_OFFSET, pieceBytes);
        count++;
        lengthBytes += pieceBytes;
        return true;
    }

    /**
     * Replaces the contents by a part of another vector.
     *
     * @param source the vector to take the pieces from; not changed
     * @param skipBytes how many of its first bytes to leave out
     * @param takeBytes how many to take at most
     * @return false when this vector is too small for the pieces, which leaves it cut short
     */
    public boolean setSlice(IoVector source, long skipBytes, long takeBytes) {
        clear();
        long skip = skipBytes;
        long take = takeBytes;
        for (int i = 0; i < source.count && take > 0; i++) {
            long piece = source.pieceBytes(i);
            if (skip >= piece) {
                skip -= piece;
                continue;
            }
            long part = Math.min(piece - skip, take);
            if (!add(source.segments[i], source.offsets[i] + skip, part)) {
                return false;
            }
            take -= part;
            skip = 0;
        }
        return true;
    }

    /** Cuts the vector to its first bytes; longer than it is, it stays as it is. */
    public void truncate(long newLengthBytes) {
        while (count > 0 && lengthBytes > newLengthBytes) {
            long piece = pieceBytes(count - 1);
            long excess = lengthBytes - newLengthBytes;
            if (excess >= piece) {
                count--;
                lengthBytes -= piece;
            } else {
                long entry = (long) (count - 1) * ENTRY_BYTES;
                entries.set(ValueLayout.JAVA_LONG, entry + LENGTH_OFFSET, piece - excess);
                lengthBytes -= excess;
            }
        }
    }

    /**
     * Copies bytes of the vector into a segment.
     *
     * @param skipBytes where to start in the vector
     * @return how many bytes were copied: fewer than asked when the vector ends earlier
     */
    public long copyTo(long skipBytes, MemorySegment target, long targetOffset, long copyBytes) {
        return copy(skipBytes, target, targetOffset, copyBytes, false);
    }

    /**
     * Copies bytes of a segment into the vector.
     *
     * @param skipBytes where to start in the vector
     * @return how many bytes were copied: fewer than asked when the vector ends earlier
     */
    public long copyFrom(long skipBytes, MemorySegment source, long sourceOffset, long copyBytes) {
        return copy(skipBytes, source, sourceOffset, copyBytes, true);
    }

    private long copy(
            long skipBytes, MemorySegment other, long otherOffset, long copyBytes, boolean into) {
        long skip = skipBytes;
        long done = 0;
        for (int i = 0; i < count && done < copyBytes; i++) {
            long piece = pieceBytes(i);
            if (skip >= piece) {
                skip -= piece;
                continue;
            }
            long part = Math.min(piece - skip, copyBytes - done);
            long at = offsets[i] + skip;
            if (into) {
                MemorySegment.copy(other, otherOffset + done, segments[i], at, part);
            } else {
                MemorySegment.copy(segments[i], at, other, otherOffset + done, part);
            }
            done += part;
            skip = 0;
        }
        return done;
    }

    /**
     * Whether every piece starts at, and is as long as, a multiple of an alignment: what {@code
     * O_DIRECT} asks of memory.
     *
     * @param alignmentBytes a power of two
     */
    public boolean isAligned(long alignmentBytes) {
        long mask = alignmentBytes - 1;
        for (int i = 0; i < count; i++) {
            long base = entries.get(ValueLayout.JAVA_LONG, (long) i * ENTRY_BYTES);
            if (((base | pieceBytes(i)) & mask) != 0) {
                return false;
            }
        }
        return true;
    }

    /** The native {@code iovec} array; its first {@link #count()} entries are valid. */
    public MemorySegment entries() {
        return entries;
    }

    /** How many pieces the vector holds. */
    public int count() {
        return count;
    }

    /** How many pieces the vector can hold. */
    public int capacity() {
        return maxPieces;
    }

    /** The sum of the pieces' lengths. */
    public long lengthBytes() {
        return lengthBytes;
    }

    /** The segment in which a piece lies. */
    public MemorySegment segment(int piece) {
        return segments[piece];
    }

    /** Where in its segment a piece starts. */
    public long offset(int piece) {
        return offsets[piece];
    }

    /** The length of a piece. */
    public long pieceBytes(int piece) {
        return entries.get(ValueLayout.JAVA_LONG, (long) piece * ENTRY_BYTES + LENGTH_OFFSET);
    }
}
