package dev.platter.backend.file;

/** The way a backend hands requests to the host; some file systems treat the two differently. */
public enum SubmissionPath {
    /** {@code preadv2}, {@code pwritev2}. */
    SYSTEM_CALL,
    /** {@code io_uring}. */
    IO_URING
}
