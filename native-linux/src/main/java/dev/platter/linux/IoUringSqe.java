package dev.platter.linux;

/**
 * The layout of a submission, {@code struct io_uring_sqe}, and its flags. Source: {@code
 * linux/io_uring.h}.
 *
 * <pre>
 *   0        1       2        4        8                 16
 *   +--------+-------+--------+--------+-----------------+
 *   | opcode | flags | ioprio | fd     | off             |
 *   +--------+-------+--------+--------+-----------------+
 *  16                        24       28                 32
 *   +------------------------+--------+------------------+
 *   | addr                   | len    | rw_flags, fsync… |
 *   +------------------------+--------+------------------+
 *  32                        40       42       44        48
 *   +------------------------+--------+--------+---------+
 *   | user_data              | buf_ix | person | file_ix |
 *   +------------------------+--------+--------+---------+
 *  48                        56                          64
 *   +------------------------+---------------------------+
 *   | addr3                  | pad                       |   native byte order
 *   +------------------------+---------------------------+
 * </pre>
 */
public final class IoUringSqe {
    /** The size of an entry. */
    public static final int BYTES = 64;

    /** {@code opcode}, 8 bits: of {@link IoUringOp}. */
    public static final int OPCODE = 0;

    /** {@code flags}, 8 bits. */
    public static final int FLAGS = 1;

    /** {@code fd}, 32 bits: a descriptor, or with {@link #FIXED_FILE} a registered one's place. */
    public static final int FD = 4;

    /** {@code off}, 64 bits. */
    public static final int OFF = 8;

    /** {@code addr}, 64 bits; of {@link IoUringOp#FALLOCATE} the length. */
    public static final int ADDR = 16;

    /** {@code len}, 32 bits: bytes, or how many {@code iovec}; of FALLOCATE the mode. */
    public static final int LEN = 24;

    /** {@code rw_flags}, {@code fsync_flags} and their like, 32 bits. */
    public static final int OP_FLAGS = 28;

    /** {@code user_data}, 64 bits: comes back with the completion. */
    public static final int USER_DATA = 32;

    /** {@code buf_index}, 16 bits: a registered buffer's place. */
    public static final int BUF_INDEX = 40;

    /** Flag: {@link #FD} is a registered descriptor's place. */
    public static final int FIXED_FILE = 1;

    /** Flag: the next entry starts when this one has succeeded in full, else it is canceled. */
    public static final int IO_LINK = 1 << 2;

    /** Flag: is given to a worker at once, without an attempt that must not wait. */
    public static final int ASYNC = 1 << 4;

    /** Flag: a success is not told by a completion; since Linux 5.17. */
    public static final int CQE_SKIP_SUCCESS = 1 << 6;

    /** In {@link #LEN} of a {@link IoUringOp#POLL_ADD}: tells again each time; since Linux 5.13. */
    public static final int POLL_ADD_MULTI = 1;

    /** {@code fsync_flags}: the data, and what is needed to read it back, only. */
    public static final int FSYNC_DATASYNC = 1;

    private IoUringSqe() {}
}
