package dev.platter.linux;

/** Flags of {@code preadv2(2)} and {@code pwritev2(2)}. Source: {@code linux/fs.h}. */
public final class RwFlags {
    /** Polls for the completion of direct I/O. */
    public static final int RWF_HIPRI = 0x1;

    /** This write is durable on return, as with {@link OpenFlags#O_DSYNC}. */
    public static final int RWF_DSYNC = 0x2;

    /** This write and all metadata are durable on return. */
    public static final int RWF_SYNC = 0x4;

    /** Fails with {@code EAGAIN} where it would wait. */
    public static final int RWF_NOWAIT = 0x8;

    /** Appends, whatever the offset says. */
    public static final int RWF_APPEND = 0x10;

    /** Writes at the offset even where the descriptor has {@link OpenFlags#O_APPEND}. */
    public static final int RWF_NOAPPEND = 0x20;

    /** Writes all or nothing, even across a loss of power; since Linux 6.11. */
    public static final int RWF_ATOMIC = 0x40;

    /** Buffered I/O that leaves nothing in the page cache; since Linux 6.14. */
    public static final int RWF_DONTCACHE = 0x80;

    private RwFlags() {}
}
