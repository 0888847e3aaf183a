package dev.platter.conformance.crashfs;

/** What the kernel asks of a file on the crash disk. */
public enum OperationKind {
    /** Data out. */
    READ,
    /** Data in; durable when answered if it carries {@code O_DSYNC} or {@code O_SYNC}. */
    WRITE,
    /** {@code fdatasync} or {@code fsync}. */
    FSYNC,
    /** {@code fallocate}: room made, a hole punched, a range zeroed. */
    FALLOCATE,
    /** {@code ftruncate}. */
    TRUNCATE;

    /** Whether a power cut can be set at it: whatever but reads. */
    public boolean counted() {
        return this != READ;
    }
}
