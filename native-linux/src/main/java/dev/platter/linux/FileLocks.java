package dev.platter.linux;

/**
 * Locks of open file descriptions. Source: {@code asm-generic/fcntl.h}, {@code fcntl(2)}.
 *
 * <pre>
 *  struct flock   0       2         4      8       16      24     28   32
 *                 +-------+---------+------+-------+-------+------+----+
 *                 | type  | whence  |      | start | len   | pid  |    |   native byte order
 *                 +-------+---------+------+-------+-------+------+----+
 * </pre>
 */
public final class FileLocks {
    /** A shared lock. */
    public static final int F_RDLCK = 0;

    /** An exclusive lock. */
    public static final int F_WRLCK = 1;

    /** No lock. */
    public static final int F_UNLCK = 2;

    static final int F_OFD_GETLK = 36;
    static final int F_OFD_SETLK = 37;

    static final int FLOCK_BYTES = 32;
    static final int TYPE_OFFSET = 0;
    static final int START_OFFSET = 8;
    static final int LENGTH_OFFSET = 16;

    private FileLocks() {}
}
