package dev.platter.linux;

/**
 * Requests of {@code ioctl(2)} on block devices, each with what its argument points to. Source:
 * {@code linux/fs.h}; the numbers hold for x86-64 and 64-bit Arm.
 */
public final class BlockIoctls {
    /** Whether the device is read-only: {@code int}, out. */
    public static final long BLKROGET = 0x125e;

    /** Writes back and drops the device's page cache: no argument. */
    public static final long BLKFLSBUF = 0x1261;

    /** The logical block's size in bytes: {@code int}, out. */
    public static final long BLKSSZGET = 0x1268;

    /** Discards a range: two {@code uint64_t}, start and length in bytes. */
    public static final long BLKDISCARD = 0x1277;

    /** The smallest I/O without a read-modify-write, in bytes: {@code unsigned int}, out. */
    public static final long BLKIOMIN = 0x1278;

    /** The best I/O size in bytes, or 0: {@code unsigned int}, out. */
    public static final long BLKIOOPT = 0x1279;

    /** How far the first logical block is off the physical grid, in bytes: {@code int}, out. */
    public static final long BLKALIGNOFF = 0x127a;

    /** The physical block's size in bytes: {@code unsigned int}, out. */
    public static final long BLKPBSZGET = 0x127b;

    /** Discards a range for good: two {@code uint64_t}, start and length in bytes. */
    public static final long BLKSECDISCARD = 0x127d;

    /** Whether the device rotates: {@code unsigned short}, out. */
    public static final long BLKROTATIONAL = 0x127e;

    /** Fills a range with zeros: two {@code uint64_t}, start and length in bytes. */
    public static final long BLKZEROOUT = 0x127f;

    /** The device's size in bytes: {@code uint64_t}, out. */
    public static final long BLKGETSIZE64 = 0x80081272L;

    private BlockIoctls() {}
}
