package dev.platter.linux;

/**
 * Flags that the kernel sets in the submission queue, and the places of the queues in the ring's
 * file. Source: {@code linux/io_uring.h}.
 */
public final class IoUringSq {
    /** The kernel thread of {@link IoUringSetup#SQPOLL} sleeps. */
    public static final int NEED_WAKEUP = 1;

    /** Completions wait in the kernel because the completion queue was full. */
    public static final int CQ_OVERFLOW = 1 << 1;

    /** The thread must enter the ring to get at completions. */
    public static final int TASKRUN = 1 << 2;

    /** {@code IORING_OFF_SQ_RING}: where both queues are mapped from. */
    public static final long RING_OFFSET = 0;

    /** {@code IORING_OFF_SQES}: where the entries are mapped from. */
    public static final long ENTRIES_OFFSET = 0x10000000L;

    private IoUringSq() {}
}
