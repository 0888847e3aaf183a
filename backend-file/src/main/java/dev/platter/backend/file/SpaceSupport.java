package dev.platter.backend.file;

/**
 * Which calls of {@link ImageSpace} the host has not refused yet, for all threads that make them on
 * one image. Volatile only so that the others learn of a refusal; learning late costs a call.
 */
public final class SpaceSupport {
    volatile boolean punches = true;
    volatile boolean zeroesRanges = true;
    volatile boolean allocates = true;
    volatile boolean zeroesOut = true;
    volatile boolean discards = true;

    /** Nothing has been refused. */
    public SpaceSupport() {}
}
