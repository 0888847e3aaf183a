package dev.platter.scsi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads of fields of command descriptor blocks and parameter lists: big-endian, unsigned, and where
 * SAM-5 §5.2 and SPC-5 §4.2 put them for each length of CDB.
 *
 * <pre>
 *  bytes   LBA          length
 *   6      1 (21 bits)  4
 *  10      2-5          7-8
 *  12      2-5          6-9
 *  16      2-9          10-13
 * </pre>
 */
final class Cdb {
    static final int LENGTH_6 = 6;
    static final int LENGTH_10 = 10;
    static final int LENGTH_12 = 12;
    static final int LENGTH_16 = 16;

    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final int LBA_6_MASK = 0x1F_FFFF;

    /** A transfer length of 0 in a six-byte READ or WRITE (SBC-3 §5.11). */
    private static final int BLOCKS_6_OF_ZERO = 256;

    private Cdb() {}

    static int u8(byte[] bytes, int offset) {
        return bytes[offset] & 0xFF;
    }

    static int u16(byte[] bytes, int offset) {
        return (short) SHORT.get(bytes, offset) & 0xFFFF;
    }

    static long u32(byte[] bytes, int offset) {
        return (int) INT.get(bytes, offset) & 0xFFFF_FFFFL;
    }

    /** A 64-bit field; values of 2^63 and more come out negative. */
    static long u64(byte[] bytes, int offset) {
        return (long) LONG.get(bytes, offset);
    }

    static void putU16(byte[] bytes, int offset, int value) {
        SHORT.set(bytes, offset, (short) value);
    }

    static void putU32(byte[] bytes, int offset, long value) {
        INT.set(bytes, offset, (int) value);
    }

    static void putU64(byte[] bytes, int offset, long value) {
        LONG.set(bytes, offset, value);
    }

    /** Whether any bit of the mask is set in one byte. */
    static boolean has(byte[] bytes, int offset, int mask) {
        return (bytes[offset] & mask) != 0;
    }

    /** The logical block address, unsigned. */
    static long lba(byte[] cdb, int cdbBytes) {
        return switch (cdbBytes) {
            case LENGTH_6 -> u32(cdb, 0) & LBA_6_MASK;
            case LENGTH_16 -> u64(cdb, 2);
            default -> u32(cdb, 2);
        };
    }

    /** The transfer, verification or synchronisation length as it stands in the CDB. */
    static long length(byte[] cdb, int cdbBytes) {
        return switch (cdbBytes) {
            case LENGTH_6 -> u8(cdb, 4);
            case LENGTH_10 -> u16(cdb, 7);
            case LENGTH_12 -> u32(cdb, 6);
            default -> u32(cdb, 10);
        };
    }

    /** The transfer length of a READ or WRITE in blocks. */
    static long transferBlocks(byte[] cdb, int cdbBytes) {
        long length = length(cdb, cdbBytes);
        return length == 0 && cdbBytes == LENGTH_6 ? BLOCKS_6_OF_ZERO : length;
    }
}
