package dev.platter.linux;

/** What a kernel's io_uring can do, as told in {@link IoUringParams#features()}. */
public final class IoUringFeatures {
    /** One mapping holds both queues; since Linux 5.4. */
    public static final int SINGLE_MMAP = 1;

    /** Completions that find no room are kept; since Linux 5.5. */
    public static final int NODROP = 1 << 1;

    /** The memory that an entry names is read before the submitting call ends; since Linux 5.5. */
    public static final int SUBMIT_STABLE = 1 << 2;

    /** {@link IoUringEnter#EXT_ARG} is known; since Linux 5.11. */
    public static final int EXT_ARG = 1 << 8;

    /** Workers are threads of the process; since Linux 5.12. */
    public static final int NATIVE_WORKERS = 1 << 9;

    /** Registered resources can be replaced one by one; since Linux 5.13. */
    public static final int RSRC_TAGS = 1 << 10;

    /** {@link IoUringSqe#CQE_SKIP_SUCCESS} is known; since Linux 5.17. */
    public static final int CQE_SKIP = 1 << 11;

    private IoUringFeatures() {}
}
