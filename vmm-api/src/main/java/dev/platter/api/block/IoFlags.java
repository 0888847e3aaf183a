package dev.platter.api.block;

/** Flags of a request on a {@link BlockQueue}, to be or-ed. */
public final class IoFlags {
    /** No flag. */
    public static final int NONE = 0;

    /**
     * Force unit access: the request's own range is durable when it completes. Orders nothing else
     * and makes no earlier write durable.
     */
    public static final int FUA = 1;

    /** A write of zeroes may release the range's space, if it then still reads as zeroes. */
    public static final int MAY_UNMAP = 1 << 1;

    /**
     * A power cut leaves all of the write or nothing of it; only within {@link AtomicWriteLimits}.
     */
    public static final int ATOMIC = 1 << 2;

    private IoFlags() {}
}
