package dev.platter.backend.uring;

import dev.platter.linux.FallocateModes;

/** A call that serves, or helps to serve, a write of zeroes or a discard. */
enum RangeStep {
    /** Releases the range's space, so that it reads as zeroes. */
    PUNCH(FallocateModes.FALLOC_FL_PUNCH_HOLE | FallocateModes.FALLOC_FL_KEEP_SIZE),
    /** Makes the range zeroes, and keeps its space. */
    ZERO_RANGE(FallocateModes.FALLOC_FL_ZERO_RANGE | FallocateModes.FALLOC_FL_KEEP_SIZE),
    /** As {@link #PUNCH}, for the space to be allocated anew. */
    PUNCH_TO_ALLOCATE(PUNCH.mode),
    /** Allocates space, of zeroes where there was none. */
    ALLOCATE(FallocateModes.FALLOC_FL_KEEP_SIZE),
    /** Writes zeroes, piece by piece. */
    WRITE(0),
    /** There is nothing left to try. */
    NOTHING(0);

    /** The mode of {@code fallocate}. */
    final int mode;

    RangeStep(int mode) {
        this.mode = mode;
    }
}
