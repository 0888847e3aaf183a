package dev.platter.linux;

/** What {@code lseek(2)} looks for ({@code linux/fs.h}). */
public final class SeekModes {
    /** The next offset at which there is data. */
    public static final int SEEK_DATA = 3;

    /** The next offset at which there is a hole; the end of the file is one. */
    public static final int SEEK_HOLE = 4;

    private SeekModes() {}
}
