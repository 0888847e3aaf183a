package dev.platter.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A {@code struct statx} in native memory, filled by {@link FileCalls#status}. Source: {@code
 * linux/stat.h}.
 *
 * <pre>
 *    0  mask      4  blksize    28  mode(u16)   40  size         48  blocks (512-byte units)
 *  128  rdev major, minor      136  dev major, minor
 *  152  dio_mem_align          156  dio_offset_align
 *  168  atomic_write_unit_min  172  atomic_write_unit_max
 *  176  atomic_write_segments_max                                256 bytes in all
 * </pre>
 */
public final class FileStatus {
    /** {@code sizeof(struct statx)}. */
    public static final int STATX_BYTES = 256;

    /** {@code STATX_BASIC_STATS}: the fields of the old {@code struct stat}. */
    public static final int STATX_BASIC_STATS = 0x7ff;

    /** {@code STATX_DIOALIGN}: the alignment of direct I/O, since Linux 6.1. */
    public static final int STATX_DIOALIGN = 0x2000;

    /** {@code STATX_WRITE_ATOMIC}: what {@link RwFlags#RWF_ATOMIC} takes, since Linux 6.11. */
    public static final int STATX_WRITE_ATOMIC = 0x10000;

    /** Where {@code stx_mask} lies, and so on; for tests that answer in the kernel's place. */
    public static final int MASK_OFFSET = 0;

    /** Where {@code stx_blksize} lies. */
    public static final int BLOCK_SIZE_OFFSET = 4;

    /** Where {@code stx_mode} lies. */
    public static final int MODE_OFFSET = 28;

    /** Where {@code stx_size} lies. */
    public static final int SIZE_OFFSET = 40;

    /** Where {@code stx_blocks} lies. */
    public static final int BLOCKS_OFFSET = 48;

    /** Where {@code stx_rdev_major} lies; the minor number is next. */
    public static final int SPECIAL_DEVICE_OFFSET = 128;

    /** Where {@code stx_dev_major} lies; the minor number is next. */
    public static final int DEVICE_OFFSET = 136;

    /** Where {@code stx_dio_mem_align} lies. */
    public static final int DIRECT_MEMORY_ALIGNMENT_OFFSET = 152;

    /** Where {@code stx_dio_offset_align} lies. */
    public static final int DIRECT_OFFSET_ALIGNMENT_OFFSET = 156;

    /** Where {@code stx_atomic_write_unit_min} lies. */
    public static final int ATOMIC_WRITE_MIN_OFFSET = 168;

    /** Where {@code stx_atomic_write_unit_max} lies. */
    public static final int ATOMIC_WRITE_MAX_OFFSET = 172;

    /** Where {@code stx_atomic_write_segments_max} lies. */
    public static final int ATOMIC_WRITE_SEGMENTS_OFFSET = 176;

    static final int REQUEST_MASK = STATX_BASIC_STATS | STATX_DIOALIGN | STATX_WRITE_ATOMIC;

    private static final int INODE_OFFSET = 32;
    private static final int SECTOR_BYTES = 512;
    private static final int TYPE_MASK = 0xf000;
    private static final int REGULAR_FILE = 0x8000;
    private static final int BLOCK_DEVICE = 0x6000;

    private final MemorySegment statx;

    /** Allocates a status whose fields are all 0. */
    public FileStatus(Arena arena) {
        statx = arena.allocate(STATX_BYTES, Long.BYTES);
    }

    /** The structure itself. */
    public MemorySegment segment() {
        return statx;
    }

    /** {@code stx_mask}: which fields the kernel filled. */
    public int mask() {
        return statx.get(JAVA_INT, MASK_OFFSET);
    }

    /** {@code stx_mode}: the file's type and permissions, as in {@code st_mode}. */
    public int mode() {
        return Short.toUnsignedInt(statx.get(JAVA_SHORT, MODE_OFFSET));
    }

    /** Whether it is an ordinary file. */
    public boolean isRegularFile() {
        return (mode() & TYPE_MASK) == REGULAR_FILE;
    }

    /** Whether it is a block device, whose size {@link BlockIoctls#BLKGETSIZE64} tells. */
    public boolean isBlockDevice() {
        return (mode() & TYPE_MASK) == BLOCK_DEVICE;
    }

    /** {@code stx_ino}: with the device's numbers, the file's identity. */
    public long inode() {
        return statx.get(JAVA_LONG, INODE_OFFSET);
    }

    /** {@code stx_size}: the length of an ordinary file; 0 for a block device. */
    public long sizeBytes() {
        return statx.get(JAVA_LONG, SIZE_OFFSET);
    }

    /** What the file occupies on its disk. */
    public long allocatedBytes() {
        return statx.get(JAVA_LONG, BLOCKS_OFFSET) * SECTOR_BYTES;
    }

    /** {@code stx_blksize}: the preferred size of buffered I/O. */
    public int blockSizeBytes() {
        return statx.get(JAVA_INT, BLOCK_SIZE_OFFSET);
    }

    /** The major number of the device that holds the file. */
    public int deviceMajor() {
        return statx.get(JAVA_INT, DEVICE_OFFSET);
    }

    /** The minor number of the device that holds the file. */
    public int deviceMinor() {
        return statx.get(JAVA_INT, DEVICE_OFFSET + Integer.BYTES);
    }

    /** The major number of the device that the file is; 0 unless it is one. */
    public int specialDeviceMajor() {
        return statx.get(JAVA_INT, SPECIAL_DEVICE_OFFSET);
    }

    /** The minor number of the device that the file is; 0 unless it is one. */
    public int specialDeviceMinor() {
        return statx.get(JAVA_INT, SPECIAL_DEVICE_OFFSET + Integer.BYTES);
    }

    /** Whether the kernel told the alignment of direct I/O: Linux 6.1 and most file systems. */
    public boolean tellsDirectAlignment() {
        return (mask() & STATX_DIOALIGN) != 0;
    }

    /**
     * {@code stx_dio_mem_align}: to what memory of direct I/O is aligned. 0 with {@link
     * #tellsDirectAlignment()}: the file takes no direct I/O; 0 without it: not known.
     */
    public int directMemoryAlignmentBytes() {
        return tellsDirectAlignment() ? statx.get(JAVA_INT, DIRECT_MEMORY_ALIGNMENT_OFFSET) : 0;
    }

    /** {@code stx_dio_offset_align}: of what offsets and lengths are multiples; 0 as above. */
    public int directOffsetAlignmentBytes() {
        return tellsDirectAlignment() ? statx.get(JAVA_INT, DIRECT_OFFSET_ALIGNMENT_OFFSET) : 0;
    }

    /**
     * The shortest write with {@link RwFlags#RWF_ATOMIC}, a power of two; 0 where there are none.
     */
    public int atomicWriteMinBytes() {
        return atomic(ATOMIC_WRITE_MIN_OFFSET);
    }

    /** The longest such write, a power of two; 0 where there are none. */
    public int atomicWriteMaxBytes() {
        return atomic(ATOMIC_WRITE_MAX_OFFSET);
    }

    /** How many pieces of memory such a write may have; 0 where there are none. */
    public int atomicWriteSegments() {
        return atomic(ATOMIC_WRITE_SEGMENTS_OFFSET);
    }

    private int atomic(int offset) {
        return (mask() & STATX_WRITE_ATOMIC) != 0 ? statx.get(JAVA_INT, offset) : 0;
    }
}
