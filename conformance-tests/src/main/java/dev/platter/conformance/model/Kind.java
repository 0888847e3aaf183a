package dev.platter.conformance.model;

/** What an operation asks of the disk. */
public enum Kind {
    /** Writes its own stamp to each of its blocks. */
    WRITE,

    /** Writes zeroes. */
    ZERO,

    /** Gives blocks up; zeroes afterwards where the disk says so, else anything. */
    UNMAP,

    /** Makes what was acknowledged before durable, in its range at least. */
    FLUSH,

    /** Reads blocks; a durable one (FUA) reads what is stable, so it flushes its range first. */
    READ,

    /** Turns the volatile write cache off: WCE=0. */
    WRITE_THROUGH,

    /** Turns the volatile write cache on: WCE=1. */
    WRITE_BACK,

    /** Closes the disk and opens it again without a power cut. */
    REOPEN;

    /** Whether it changes the contents of its blocks. */
    public boolean changes() {
        return this == WRITE || this == ZERO || this == UNMAP;
    }
}
