package dev.platter.linux;

/**
 * The layout of a completion, {@code struct io_uring_cqe}. Source: {@code linux/io_uring.h}.
 *
 * <pre>
 *  0                         8        12       16
 *  +-------------------------+--------+--------+
 *  | user_data               | res    | flags  |   native byte order
 *  +-------------------------+--------+--------+
 * </pre>
 */
public final class IoUringCqe {
    /** The size of an entry. */
    public static final int BYTES = 16;

    /** {@code user_data}, 64 bits: what the submission carried. */
    public static final int USER_DATA = 0;

    /** {@code res}, 32 bits: the result, or a negative errno. */
    public static final int RES = 8;

    /** {@code flags}, 32 bits. */
    public static final int FLAGS = 12;

    /** In {@link #FLAGS}: the same submission will complete again. */
    public static final int F_MORE = 1 << 1;

    private IoUringCqe() {}
}
