package dev.platter.backend.uring;

/** Where the completions of a ring go. */
interface CompletionSink {
    /**
     * An operation has ended.
     *
     * @param userData of {@link UserData}
     * @param result the kernel's
     * @param flags of {@link dev.platter.linux.IoUringCqe}
     */
    void completed(long userData, int result, int flags);

    /**
     * The kernel will not take an operation.
     *
     * @param result a negative errno
     */
    void refused(long userData, int result);
}
