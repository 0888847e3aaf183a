package dev.platter.linux;

/** Modes of {@code fallocate(2)}. Source: {@code linux/falloc.h}. */
public final class FallocateModes {
    /** Leaves the file's size as it is. */
    public static final int FALLOC_FL_KEEP_SIZE = 0x01;

    /** Gives the range's space back; needs {@link #FALLOC_FL_KEEP_SIZE} beside it. */
    public static final int FALLOC_FL_PUNCH_HOLE = 0x02;

    /** Removes the range and moves what follows down. */
    public static final int FALLOC_FL_COLLAPSE_RANGE = 0x08;

    /** Makes the range read as zeros, by unwritten extents where the file system can. */
    public static final int FALLOC_FL_ZERO_RANGE = 0x10;

    /** Inserts a hole and moves what follows up. */
    public static final int FALLOC_FL_INSERT_RANGE = 0x20;

    /** Gives the range copies of its own of shared blocks. */
    public static final int FALLOC_FL_UNSHARE_RANGE = 0x40;

    /** Writes zeros, leaving written extents; since Linux 6.17. */
    public static final int FALLOC_FL_WRITE_ZEROES = 0x80;

    private FallocateModes() {}
}
