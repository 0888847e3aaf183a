package dev.platter.linux;

/** Flags of {@code io_uring_setup(2)}. Source: {@code linux/io_uring.h}. */
public final class IoUringSetup {
    /** Completions are polled for, not interrupted by; direct I/O only. */
    public static final int IOPOLL = 1;

    /** A kernel thread takes the submissions. */
    public static final int SQPOLL = 1 << 1;

    /** The caller sets the size of the completion queue; since Linux 5.5. */
    public static final int CQSIZE = 1 << 3;

    /** Sizes beyond the limits are cut to them; since Linux 5.6. */
    public static final int CLAMP = 1 << 4;

    /** The ring shares the kernel thread of another, see {@link IoUringParams#poller}. */
    public static final int ATTACH_WQ = 1 << 5;

    /** The ring starts disabled, see {@link IoUringRegister#ENABLE_RINGS}; since Linux 5.10. */
    public static final int R_DISABLED = 1 << 6;

    /** A submission that is refused does not end its batch; since Linux 5.18. */
    public static final int SUBMIT_ALL = 1 << 7;

    /** Completions do not interrupt the submitting thread; since Linux 5.19. */
    public static final int COOP_TASKRUN = 1 << 8;

    /** The ring tells by {@link IoUringSq#TASKRUN} that it must be entered; since Linux 5.19. */
    public static final int TASKRUN_FLAG = 1 << 9;

    /** Only one thread submits: the one that enables the ring; since Linux 6.0. */
    public static final int SINGLE_ISSUER = 1 << 12;

    /**
     * Completions are worked off only when the submitting thread enters the ring to collect them;
     * needs {@link #SINGLE_ISSUER}; since Linux 6.1.
     */
    public static final int DEFER_TASKRUN = 1 << 13;

    /** Entries are taken in the order of the array, without an index to it; since Linux 6.6. */
    public static final int NO_SQARRAY = 1 << 16;

    private IoUringSetup() {}
}
