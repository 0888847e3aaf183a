package dev.platter.api.block;

/**
 * The Linux error numbers that a backend may answer with, as positive numbers; results carry them
 * negated. Source: {@code asm-generic/errno-base.h} and {@code errno.h}.
 */
public final class Errno {
    /** Operation not permitted. */
    public static final int EPERM = 1;

    /** No such file or directory. */
    public static final int ENOENT = 2;

    /** Interrupted system call. */
    public static final int EINTR = 4;

    /** Input/output error. */
    public static final int EIO = 5;

    /** Bad file descriptor. */
    public static final int EBADF = 9;

    /** Resource temporarily unavailable. */
    public static final int EAGAIN = 11;

    /** Cannot allocate memory. */
    public static final int ENOMEM = 12;

    /** Permission denied. */
    public static final int EACCES = 13;

    /** Bad address. */
    public static final int EFAULT = 14;

    /** Device or resource busy. */
    public static final int EBUSY = 16;

    /** No such device. */
    public static final int ENODEV = 19;

    /** Invalid argument. */
    public static final int EINVAL = 22;

    /** File too large. */
    public static final int EFBIG = 27;

    /** No space left on device. */
    public static final int ENOSPC = 28;

    /** Read-only file system. */
    public static final int EROFS = 30;

    /** Numerical argument out of domain. */
    public static final int EDOM = 33;

    /** Invalid exchange; QEMU's sign for a reservation conflict. */
    public static final int EBADE = 52;

    /** No data available: a medium error on read. */
    public static final int ENODATA = 61;

    /** Operation not supported on this file or device. */
    public static final int EOPNOTSUPP = 95;

    /** Remote I/O error. */
    public static final int EREMOTEIO = 121;

    /** Disk quota exceeded. */
    public static final int EDQUOT = 122;

    /** No medium found. */
    public static final int ENOMEDIUM = 123;

    /** Operation canceled. */
    public static final int ECANCELED = 125;

    private Errno() {}
}
