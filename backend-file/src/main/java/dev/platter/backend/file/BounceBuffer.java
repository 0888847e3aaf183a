package dev.platter.backend.file;

import dev.platter.api.memory.IoVector;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A fixed slab of aligned native memory through which a request passes whose own memory misses what
 * {@code O_DIRECT} asks. One thread uses it at a time; a transfer longer than the slab goes in
 * chunks.
 *
 * <p>The memory is Netty's, over-allocated and aligned by hand: without Unsafe, Netty's own aligned
 * allocation is not to be had.
 */
public final class BounceBuffer implements AutoCloseable {
    private final ByteBuf owner;
    private final MemorySegment slab;
    private final IoVector vector;

    /**
     * Allocates a slab of zeroes.
     *
     * @param sizeBytes its length; a multiple of the alignment
     * @param alignmentBytes a power of two
     * @param arena the lifetime of the slab's {@code iovec}, not of the slab
     */
    public BounceBuffer(int sizeBytes, int alignmentBytes, Arena arena) {
        if (Integer.bitCount(alignmentBytes) != 1 || sizeBytes <= 0) {
            throw new IllegalArgumentException("alignment must be a power of two, size above 0");
        }
        if ((sizeBytes & (alignmentBytes - 1)) != 0) {
            throw new IllegalArgumentException("size must be a multiple of the alignment");
        }
        int allocatedBytes = Math.addExact(sizeBytes, alignmentBytes);
        owner = Unpooled.directBuffer(allocatedBytes, allocatedBytes);
        owner.setZero(0, allocatedBytes);
        MemorySegment whole = MemorySegment.ofBuffer(owner.nioBuffer(0, allocatedBytes));
        slab = whole.asSlice(-whole.address() & (alignmentBytes - 1), sizeBytes);
        vector = new IoVector(arena, 1);
    }

    /** The aligned slab. */
    public MemorySegment slab() {
        return slab;
    }

    /** The length of the slab: the longest chunk. */
    public int sizeBytes() {
        return (int) slab.byteSize();
    }

    /**
     * The first bytes of the slab as a vector of one piece, the same object at each call.
     *
     * @param chunkBytes at most {@link #sizeBytes()}
     */
    public IoVector chunk(long chunkBytes) {
        vector.clear();
        if (!vector.add(slab, 0, chunkBytes)) {
            throw new IllegalStateException("a vector of one piece holds one piece");
        }
        return vector;
    }

    /** Copies a chunk of a request into the slab, before it is written. */
    public void fill(IoVector source, long skipBytes, long chunkBytes) {
        source.copyTo(skipBytes, slab, 0, chunkBytes);
    }

    /** Copies a chunk that was read out of the slab into the request's memory. */
    public void drain(IoVector target, long skipBytes, long chunkBytes) {
        target.copyFrom(skipBytes, slab, 0, chunkBytes);
    }

    /** Frees the slab; nothing of it may be used afterwards. */
    @Override
    public void close() {
        owner.release();
    }
}
