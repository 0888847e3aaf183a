package dev.platter.virtio.scsi;

import java.nio.ByteBuffer;

/** CDBs that a driver sends; written from SPC-5 and SBC-4. */
final class Cdbs {
    static final byte[] TEST_UNIT_READY = new byte[6];

    private Cdbs() {}

    static byte[] inquiry(int allocationBytes) {
        return new byte[] {0x12, 0, 0, (byte) (allocationBytes >> 8), (byte) allocationBytes, 0};
    }

    static byte[] read10(int lba, int blocks) {
        return readOrWrite10(0x28, lba, blocks);
    }

    static byte[] write10(int lba, int blocks) {
        return readOrWrite10(0x2a, lba, blocks);
    }

    /** Without a comparison: the device reads into a buffer of its own. */
    static byte[] verify10(int lba, int blocks) {
        return readOrWrite10(0x2f, lba, blocks);
    }

    /** With a list of so many bytes. */
    static byte[] modeSelect6(int listBytes) {
        return new byte[] {0x15, 0x10, 0, 0, (byte) listBytes, 0};
    }

    /** Of the caching page, without block descriptors. */
    static byte[] modeSense6(int allocationBytes) {
        return new byte[] {0x1a, 8, 8, 0, (byte) allocationBytes, 0};
    }

    private static byte[] readOrWrite10(int operation, int lba, int blocks) {
        return ByteBuffer.allocate(10)
                .put((byte) operation)
                .putInt(2, lba)
                .putShort(7, (short) blocks)
                .array();
    }
}
