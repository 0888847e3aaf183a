package dev.platter.backend.file;

/** How a write that must be durable when it completes is asked of the host. */
public enum DurableWriteStrategy {
    /**
     * One {@code pwritev2} with {@code RWF_DSYNC}: the host makes this range durable, and nothing
     * else.
     */
    RWF_DSYNC,

    /** A plain write, then an {@code fdatasync} that concurrent writers may share. */
    WRITE_THEN_FDATASYNC
}
