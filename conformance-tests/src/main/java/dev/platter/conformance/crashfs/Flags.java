package dev.platter.conformance.crashfs;

/** Flags of open(2) and fallocate(2) as they come in requests. */
final class Flags {
    static final int O_ACCMODE = 3;
    static final int O_TRUNC = 0x200;
    static final int O_DSYNC = 0x1000;

    static final int KEEP_SIZE = 0x1;
    static final int PUNCH_HOLE = 0x2;
    static final int ZERO_RANGE = 0x10;

    private Flags() {}
}
