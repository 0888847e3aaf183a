package dev.platter.virtio.queue;

import dev.platter.api.memory.GuestMemoryMap;
import dev.platter.api.memory.IoVector;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * One descriptor chain, resolved to pieces of host memory: first what the device reads, then what
 * it writes.
 *
 * <pre>
 *  piece  0 .. readable-1           readable .. count-1
 *         +-----------------------+------------------------+
 *         | device-readable bytes | device-writable bytes  |
 *         +-----------------------+------------------------+
 *  skip   0 .. readableBytes-1      0 .. writableBytes-1
 * </pre>
 *
 * <p>Allocated once and filled again by each {@link VirtQueue#pop}. A buffer that straddles memory
 * regions takes a piece in each. The pieces are the guest's memory itself: it can change what lies
 * there at any time, so copy once what decides anything. Used by the queue's owner only.
 */
public final class DescriptorChain {
    private static final long MAX_BYTES = 1L << 32;

    /** Room for a header, a response and a few pages; most chains need no more. */
    private static final int FIRST_PIECES = 8;

    private final int maxPieces;
    private MemorySegment[] segments;
    private long[] offsets;
    private long[] lengths;
    private int head;
    private int readableCount;
    private int count;
    private long readableBytes;
    private long writableBytes;

    /**
     * Allocates an empty chain. It starts small and grows as chains come that need it, so that a
     * queue's slots take memory by use and not by the square of the queue's size.
     *
     * @param maxPieces how many pieces it can hold, 1 or more; a chain with more breaks its queue
     */
    public DescriptorChain(int maxPieces) {
        this.maxPieces = maxPieces;
        int first = Math.min(maxPieces, FIRST_PIECES);
        segments = new MemorySegment[first];
        Arrays.fill(segments, MemorySegment.NULL);
        offsets = new long[first];
        lengths = new long[first];
    }

    /** What names the chain while it is in flight: see {@link VirtQueue#pop}. */
    public int head() {
        return head;
    }

    /** How many bytes the device may read. */
    public long readableBytes() {
        return readableBytes;
    }

    /** How many bytes the device may write. */
    public long writableBytes() {
        return writableBytes;
    }

    /** How many pieces the readable part has. */
    public int readablePieces() {
        return readableCount;
    }

    /** How many pieces the writable part has. */
    public int writablePieces() {
        return count - readableCount;
    }

    /** How many pieces the chain can hold. */
    public int capacity() {
        return maxPieces;
    }

    /**
     * Copies bytes of the readable part into an array.
     *
     * @param skipBytes where to start in the readable part
     * @return how many bytes were copied: fewer than asked when the part ends earlier
     */
    public int copyReadable(long skipBytes, byte[] target, int targetOffset, int copyBytes) {
        long skip = skipBytes;
        int done = 0;
        for (int i = 0; i < readableCount && done < copyBytes; i++) {
            if (skip >= lengths[i]) {
                skip -= lengths[i];
                continue;
            }
            int part = (int) Math.min(lengths[i] - skip, copyBytes - done);
            MemorySegment.copy(
                    segments[i],
                    ValueLayout.JAVA_BYTE,
                    offsets[i] + skip,
                    target,
                    targetOffset + done,
                    part);
            done += part;
            skip = 0;
        }
        return done;
    }

    /** As the other {@code copyReadable}, into a segment. */
    public long copyReadable(
            long skipBytes, MemorySegment target, long targetOffset, long copyBytes) {
        long skip = skipBytes;
        long done = 0;
        for (int i = 0; i < readableCount && done < copyBytes; i++) {
            if (skip >= lengths[i]) {
                skip -= lengths[i];
                continue;
            }
            long part = Math.min(lengths[i] - skip, copyBytes - done);
            MemorySegment.copy(segments[i], offsets[i] + skip, target, targetOffset + done, part);
            done += part;
            skip = 0;
        }
        return done;
    }

    /**
     * Copies bytes of an array into the writable part.
     *
     * @param skipBytes where to start in the writable part
     * @return how many bytes were copied: fewer than asked when the part ends earlier
     */
    public int writeWritable(long skipBytes, byte[] source, int sourceOffset, int copyBytes) {
        long skip = skipBytes;
        int done = 0;
        for (int i = readableCount; i < count && done < copyBytes; i++) {
            if (skip >= lengths[i]) {
                skip -= lengths[i];
                continue;
            }
            int part = (int) Math.min(lengths[i] - skip, copyBytes - done);
            MemorySegment.copy(
                    source,
                    sourceOffset + done,
                    segments[i],
                    ValueLayout.JAVA_BYTE,
                    offsets[i] + skip,
                    part);
            done += part;
            skip = 0;
        }
        return done;
    }

    /** As the other {@code writeWritable}, from a segment. */
    public long writeWritable(
            long skipBytes, MemorySegment source, long sourceOffset, long copyBytes) {
        long skip = skipBytes;
        long done = 0;
        for (int i = readableCount; i < count && done < copyBytes; i++) {
            if (skip >= lengths[i]) {
                skip -= lengths[i];
                continue;
            }
            long part = Math.min(lengths[i] - skip, copyBytes - done);
            MemorySegment.copy(source, sourceOffset + done, segments[i], offsets[i] + skip, part);
            done += part;
            skip = 0;
        }
        return done;
    }

    /**
     * Appends a range of the readable part to a vector, so that data can go straight from guest
     * memory.
     *
     * @param skipBytes where the range starts in the readable part
     * @return false, with the vector as it was, when the part ends before the range does or the
     *     vector is full
     */
    public boolean readableSlice(long skipBytes, long lengthBytes, IoVector into) {
        return slice(0, readableCount, skipBytes, lengthBytes, into);
    }

    /**
     * Appends a range of the writable part to a vector, so that data can go straight to guest
     * memory.
     *
     * @param skipBytes where the range starts in the writable part
     * @return false, with the vector as it was, when the part ends before the range does or the
     *     vector is full
     */
    public boolean writableSlice(long skipBytes, long lengthBytes, IoVector into) {
        return slice(readableCount, count, skipBytes, lengthBytes, into);
    }

    /**
     * Tells the memory's log of all the writable part: how much of it was written, by a host that
     * failed half-way as well, only the host knows.
     *
     * @param memory the snapshot that the chain was taken with
     */
    public void logWritable(GuestMemoryMap memory) {
        for (int i = readableCount; i < count; i++) {
            memory.wrote(segments[i], offsets[i], lengths[i]);
        }
    }

    private boolean slice(int from, int to, long skipBytes, long lengthBytes, IoVector into) {
        long before = into.lengthBytes();
        long skip = skipBytes;
        long left = lengthBytes;
        for (int i = from; i < to && left > 0; i++) {
            if (skip >= lengths[i]) {
                skip -= lengths[i];
                continue;
            }
            long part = Math.min(lengths[i] - skip, left);
            if (!into.add(segments[i], offsets[i] + skip, part)) {
                break;
            }
            left -= part;
            skip = 0;
        }
        if (left > 0) {
            into.truncate(before);
        }
        return left <= 0;
    }

    /** Forgets everything; the next chain starts at this head. */
    void begin(int newHead) {
        head = newHead;
        readableCount = 0;
        count = 0;
        readableBytes = 0;
        writableBytes = 0;
    }

    /** Names the chain, where that becomes known at its end only. */
    void head(int newHead) {
        head = newHead;
    }

    /** Whether the chain stays within 2^32 bytes with this many more. */
    boolean hasRoomFor(long moreBytes) {
        return readableBytes + writableBytes + moreBytes <= MAX_BYTES;
    }

    /** Whether the chain has a writable piece. */
    boolean hasWritable() {
        return count > readableCount;
    }

    /** Appends a piece; false when there is no room for one. Readable pieces come first. */
    boolean append(MemorySegment segment, long offsetBytes, long pieceBytes, boolean writable) {
        if (count == segments.length && !grow()) {
            return false;
        }
        segments[count] = segment;
        offsets[count] = offsetBytes;
        lengths[count] = pieceBytes;
        count++;
        if (writable) {
            writableBytes += pieceBytes;
        } else {
            readableCount = count;
            readableBytes += pieceBytes;
        }
        return true;
    }

    private boolean grow() {
        if (count == maxPieces) {
            return false;
        }
        int more = (int) Math.min(maxPieces, 2L * count);
        segments = Arrays.copyOf(segments, more);
        Arrays.fill(segments, count, more, MemorySegment.NULL);
        offsets = Arrays.copyOf(offsets, more);
        lengths = Arrays.copyOf(lengths, more);
        return true;
    }
}
