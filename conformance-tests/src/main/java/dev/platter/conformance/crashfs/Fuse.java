package dev.platter.conformance.crashfs;

/**
 * The numbers and offsets of the FUSE protocol that the server uses. Source: {@code linux/fuse.h}.
 */
final class Fuse {
    static final int MAJOR = 7;

    /** The newest minor version whose messages are as laid out here; the kernel adapts to it. */
    static final int MINOR = 36;

    static final long ROOT = 1;

    static final int LOOKUP = 1;
    static final int FORGET = 2;
    static final int GETATTR = 3;
    static final int SETATTR = 4;
    static final int UNLINK = 10;
    static final int RENAME = 12;
    static final int OPEN = 14;
    static final int READ = 15;
    static final int WRITE = 16;
    static final int STATFS = 17;
    static final int RELEASE = 18;
    static final int FSYNC = 20;
    static final int FLUSH = 25;
    static final int INIT = 26;
    static final int OPENDIR = 27;
    static final int READDIR = 28;
    static final int RELEASEDIR = 29;
    static final int FSYNCDIR = 30;
    static final int ACCESS = 34;
    static final int CREATE = 35;
    static final int INTERRUPT = 36;
    static final int DESTROY = 38;
    static final int BATCH_FORGET = 42;
    static final int FALLOCATE = 43;
    static final int RENAME2 = 45;
    static final int LSEEK = 46;

    static final int ASYNC_READ = 1;
    static final int ATOMIC_O_TRUNC = 1 << 3;
    static final int BIG_WRITES = 1 << 5;
    static final int ASYNC_DIO = 1 << 15;
    static final int PARALLEL_DIROPS = 1 << 18;
    static final int ABORT_ERROR = 1 << 21;
    static final int MAX_PAGES = 1 << 22;

    static final int FOPEN_DIRECT_IO = 1;
    static final int FOPEN_PARALLEL_DIRECT_WRITES = 1 << 6;

    static final int FATTR_MODE = 1;
    static final int FATTR_SIZE = 1 << 3;
    static final int FSYNC_FDATASYNC = 1;

    static final int IN_HEADER_BYTES = 40;
    static final int OUT_HEADER_BYTES = 16;
    static final int ATTR_BYTES = 88;
    static final int ENTRY_OUT_BYTES = 40 + ATTR_BYTES;
    static final int ATTR_OUT_BYTES = 16 + ATTR_BYTES;
    static final int OPEN_OUT_BYTES = 16;
    static final int INIT_OUT_BYTES = 64;
    static final int STATFS_OUT_BYTES = 80;
    static final int WRITE_IN_BYTES = 40;

    /** {@code FUSE_MAX_PAGES} times a page of 4 KiB: the longest read or write. */
    static final int MAX_TRANSFER_BYTES = 1 << 20;

    static final int MAX_TRANSFER_PAGES = MAX_TRANSFER_BYTES >> 12;

    private Fuse() {}
}
