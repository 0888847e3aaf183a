package dev.platter.linux;

/** Operations of a submission: {@code enum io_uring_op} of {@code linux/io_uring.h}. */
public final class IoUringOp {
    /** Does nothing, and completes with 0. */
    public static final int NOP = 0;

    /** {@code preadv2(2)}. */
    public static final int READV = 1;

    /** {@code pwritev2(2)}. */
    public static final int WRITEV = 2;

    /** {@code fsync(2)}, or {@code fdatasync(2)} with {@link IoUringSqe#FSYNC_DATASYNC}. */
    public static final int FSYNC = 3;

    /** {@link #READ} into a registered buffer. */
    public static final int READ_FIXED = 4;

    /** {@link #WRITE} from a registered buffer. */
    public static final int WRITE_FIXED = 5;

    /** Waits until a descriptor is ready. */
    public static final int POLL_ADD = 6;

    /** Ends a {@link #POLL_ADD}, named by its user data. */
    public static final int POLL_REMOVE = 7;

    /** Completes when a time has passed. */
    public static final int TIMEOUT = 11;

    /** Cancels a submission. */
    public static final int ASYNC_CANCEL = 14;

    /** {@code fallocate(2)}; since Linux 5.6. */
    public static final int FALLOCATE = 17;

    /** A read into one piece of memory; since Linux 5.6. */
    public static final int READ = 22;

    /** A write from one piece of memory; since Linux 5.6. */
    public static final int WRITE = 23;

    private IoUringOp() {}
}
