package dev.platter.scsi;

import dev.platter.api.memory.IoVector;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * The native memory of one queue to a logical unit, allocated when a command first needs it and
 * bounded: a few scratch buffers, and one spare vector for each slot. Ordinary reads and writes
 * need none of it. The owner thread's.
 */
final class QueueMemory implements AutoCloseable {
    private static final int MAX_SCRATCHES = 4;

    private final Scratch[] free = new Scratch[MAX_SCRATCHES];
    private int freeCount;
    private int allocatedCount;
    private @Nullable Arena arena;

    /** A scratch buffer, or null while all are in use. */
    @Nullable Scratch acquire() {
        if (freeCount > 0) {
            return free[--freeCount];
        }
        if (allocatedCount == MAX_SCRATCHES) {
            return null;
        }
        allocatedCount++;
        return new Scratch(arena());
    }

    /** Whether {@link #acquire} would answer a buffer. */
    boolean available() {
        return freeCount > 0 || allocatedCount < MAX_SCRATCHES;
    }

    void release(Scratch scratch) {
        free[freeCount++] = scratch;
    }

    IoVector newVector(int capacity) {
        return new IoVector(arena(), capacity);
    }

    /** Shared, as the queue's owner may change. */
    @SuppressWarnings("MustBeClosedChecker") // close() closes it.
    private Arena arena() {
        Arena current = arena;
        if (current == null) {
            current = Arena.ofShared();
            arena = current;
        }
        return current;
    }

    @Override
    public void close() {
        if (arena != null) {
            arena.close();
            arena = null;
        }
    }
}
