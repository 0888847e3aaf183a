package dev.platter.linux;

/**
 * Flags of {@code open(2)}. Source: {@code asm-generic/fcntl.h}, and {@code asm/fcntl.h} of 64-bit
 * Arm, which numbers three of them otherwise.
 */
public final class OpenFlags {
    /** Opens for reading. */
    public static final int O_RDONLY = 0;

    /** Opens for writing. */
    public static final int O_WRONLY = 1;

    /** Opens for both. */
    public static final int O_RDWR = 2;

    /** Creates the file when it is missing. */
    public static final int O_CREAT = 0x40;

    /** With {@link #O_CREAT}: fails when the file exists. On a block device: fails when in use. */
    public static final int O_EXCL = 0x80;

    /** Cuts the file to nothing. */
    public static final int O_TRUNC = 0x200;

    /** Writes at the end only. */
    public static final int O_APPEND = 0x400;

    /** Does not wait. */
    public static final int O_NONBLOCK = 0x800;

    /** Every write waits for its data, and for what is needed to read it, to be durable. */
    public static final int O_DSYNC = 0x1000;

    /** Goes past the page cache. */
    public static final int O_DIRECT = byArchitecture(0x4000, 0x10000);

    /** Fails unless the path is a directory. */
    public static final int O_DIRECTORY = byArchitecture(0x10000, 0x4000);

    /** Fails when the path's last component is a symbolic link. */
    public static final int O_NOFOLLOW = byArchitecture(0x20000, 0x8000);

    /** Leaves the time of the last access as it is. */
    public static final int O_NOATIME = 0x40000;

    /** Closes the descriptor when the process executes another program. */
    public static final int O_CLOEXEC = 0x80000;

    private OpenFlags() {}

    private static int byArchitecture(int x86, int arm) {
        return Architecture.CURRENT == Architecture.AARCH64 ? arm : x86;
    }
}
