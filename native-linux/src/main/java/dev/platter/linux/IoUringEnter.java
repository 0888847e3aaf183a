package dev.platter.linux;

/** Flags of {@code io_uring_enter(2)}. Source: {@code linux/io_uring.h}. */
public final class IoUringEnter {
    /** Works off and waits for completions. */
    public static final int GETEVENTS = 1;

    /** Wakes the kernel thread of {@link IoUringSetup#SQPOLL}. */
    public static final int SQ_WAKEUP = 1 << 1;

    /** The argument is a {@code struct io_uring_getevents_arg}; since Linux 5.11. */
    public static final int EXT_ARG = 1 << 3;

    /** The descriptor is an index of {@link IoUringRegister#RING_FDS}; since Linux 5.18. */
    public static final int REGISTERED_RING = 1 << 4;

    private IoUringEnter() {}
}
