package dev.platter.driver;

/** Big-endian numbers in SCSI data. */
final class BigEndian {
    private BigEndian() {}

    static int u16(byte[] source, int offset) {
        return (source[offset] & 0xff) << 8 | (source[offset + 1] & 0xff);
    }

    static int u32(byte[] source, int offset) {
        return u16(source, offset) << 16 | u16(source, offset + 2);
    }

    static long u64(byte[] source, int offset) {
        return (long) u32(source, offset) << 32 | (u32(source, offset + 4) & 0xffff_ffffL);
    }

    static void putU16(byte[] target, int offset, int value) {
        target[offset] = (byte) (value >> 8);
        target[offset + 1] = (byte) value;
    }

    static void putU32(byte[] target, int offset, int value) {
        putU16(target, offset, value >> 16);
        putU16(target, offset + 2, value);
    }

    static void putU64(byte[] target, int offset, long value) {
        putU32(target, offset, (int) (value >> 32));
        putU32(target, offset + 4, (int) value);
    }
}
