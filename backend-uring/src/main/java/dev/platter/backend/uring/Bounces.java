package dev.platter.backend.uring;

import dev.platter.backend.file.BounceBuffer;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * The aligned slabs of one queue, for requests whose memory misses what {@code O_DIRECT} asks;
 * allocated when first needed, as most guests never do. Owner thread only.
 */
final class Bounces implements AutoCloseable {
    /** How many requests can pass through slabs at once; further ones wait. */
    static final int SLABS = 4;

    /** Longer transfers go in chunks of this size. */
    static final int SLAB_BYTES = 1 << 16;

    private final int alignmentBytes;
    private final Arena arena;
    private final @Nullable BounceBuffer[] free = new BounceBuffer[SLABS];
    private int freeCount;
    private int allocated;

    /**
     * None yet.
     *
     * @param alignmentBytes of the memory, 1 where any will do
     * @param arena the lifetime of the slabs' vectors
     */
    Bounces(int alignmentBytes, Arena arena) {
        this.alignmentBytes = alignmentBytes;
        this.arena = arena;
    }

    /** A slab, or null when all are in use. */
    @Nullable BounceBuffer acquire() {
        if (freeCount > 0) {
            return free[--freeCount];
        }
        if (allocated == SLABS) {
            return null;
        }
        allocated++;
        return new BounceBuffer(SLAB_BYTES, alignmentBytes, arena);
    }

    void release(BounceBuffer slab) {
        free[freeCount++] = slab;
    }

    /** Frees the slabs; none is in use. */
    @Override
    public void close() {
        while (freeCount > 0) {
            BounceBuffer slab = free[--freeCount];
            if (slab != null) {
                slab.close();
            }
        }
    }
}
