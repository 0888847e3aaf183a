package dev.platter.driver;

/**
 * Builders of command descriptor blocks, field by field as SPC-4 §6 and SBC-4 §5 lay them out.
 * Nothing is checked: a caller may build a command that the device must refuse. Block counts and
 * lengths are cut to the width of their field.
 */
public final class ScsiCommands {
    private static final int INQUIRY_EVPD = 0x01;
    private static final int MODE_SENSE_DBD = 0x08;
    private static final int MODE_SELECT_PF = 0x10;
    private static final int UNMAP_HEADER_BYTES = 8;
    private static final int UNMAP_DESCRIPTOR_BYTES = 16;

    private ScsiCommands() {}

    /** TEST UNIT READY (SPC-4 §6.47). */
    public static byte[] testUnitReady() {
        return cdb(6, ScsiFormat.TEST_UNIT_READY);
    }

    /** REQUEST SENSE (SPC-4 §6.39); with descriptor format if asked. */
    public static byte[] requestSense(boolean descriptorFormat, int allocationLengthBytes) {
        byte[] cdb = cdb(6, ScsiFormat.REQUEST_SENSE);
        cdb[1] = (byte) (descriptorFormat ? 1 : 0);
        cdb[4] = (byte) allocationLengthBytes;
        return cdb;
    }

    /** INQUIRY for the standard data (SPC-4 §6.6). */
    public static byte[] inquiry(int allocationLengthBytes) {
        byte[] cdb = cdb(6, ScsiFormat.INQUIRY);
        BigEndian.putU16(cdb, 3, allocationLengthBytes);
        return cdb;
    }

    /** INQUIRY for a vital product data page (SPC-4 §6.6). */
    public static byte[] inquiryVpd(int page, int allocationLengthBytes) {
        byte[] cdb = inquiry(allocationLengthBytes);
        cdb[1] = INQUIRY_EVPD;
        cdb[2] = (byte) page;
        return cdb;
    }

    /**
     * MODE SENSE(6) (SPC-4 §6.13).
     *
     * @param pageControl 0 current, 1 changeable, 2 default, 3 saved
     */
    public static byte[] modeSense6(
            boolean noBlockDescriptor, int pageControl, int page, int allocationLengthBytes) {
        byte[] cdb = cdb(6, ScsiFormat.MODE_SENSE_6);
        cdb[1] = (byte) (noBlockDescriptor ? MODE_SENSE_DBD : 0);
        cdb[2] = (byte) (pageControl << 6 | page);
        cdb[4] = (byte) allocationLengthBytes;
        return cdb;
    }

    /** MODE SENSE(10) (SPC-4 §6.14). */
    public static byte[] modeSense10(
            boolean noBlockDescriptor, int pageControl, int page, int allocationLengthBytes) {
        byte[] cdb = cdb(10, ScsiFormat.MODE_SENSE_10);
        cdb[1] = (byte) (noBlockDescriptor ? MODE_SENSE_DBD : 0);
        cdb[2] = (byte) (pageControl << 6 | page);
        BigEndian.putU16(cdb, 7, allocationLengthBytes);
        return cdb;
    }

    /** MODE SELECT(6) with the page format bit (SPC-4 §6.11). */
    public static byte[] modeSelect6(int parameterListLengthBytes) {
        byte[] cdb = cdb(6, ScsiFormat.MODE_SELECT_6);
        cdb[1] = MODE_SELECT_PF;
        cdb[4] = (byte) parameterListLengthBytes;
        return cdb;
    }

    /** MODE SELECT(10) with the page format bit (SPC-4 §6.12). */
    public static byte[] modeSelect10(int parameterListLengthBytes) {
        byte[] cdb = cdb(10, ScsiFormat.MODE_SELECT_10);
        cdb[1] = MODE_SELECT_PF;
        BigEndian.putU16(cdb, 7, parameterListLengthBytes);
        return cdb;
    }

    /** READ CAPACITY(10) (SBC-4 §5.20). */
    public static byte[] readCapacity10() {
        return cdb(10, ScsiFormat.READ_CAPACITY_10);
    }

    /** READ CAPACITY(16) (SBC-4 §5.21). */
    public static byte[] readCapacity16(int allocationLengthBytes) {
        byte[] cdb = cdb(16, ScsiFormat.SERVICE_ACTION_IN_16);
        cdb[1] = ScsiFormat.READ_CAPACITY_16_ACTION;
        BigEndian.putU32(cdb, 10, allocationLengthBytes);
        return cdb;
    }

    /** REPORT LUNS (SPC-4 §6.33). */
    public static byte[] reportLuns(int selectReport, int allocationLengthBytes) {
        byte[] cdb = cdb(12, ScsiFormat.REPORT_LUNS);
        cdb[2] = (byte) selectReport;
        BigEndian.putU32(cdb, 6, allocationLengthBytes);
        return cdb;
    }

    /** START STOP UNIT (SBC-4 §5.31). */
    public static byte[] startStopUnit(boolean start) {
        byte[] cdb = cdb(6, ScsiFormat.START_STOP_UNIT);
        cdb[4] = (byte) (start ? 1 : 0);
        return cdb;
    }

    /** READ(6) (SBC-3 §5.7); a count of 256 is written as 0. */
    public static byte[] read6(int lba, int blockCount) {
        return sixByte(ScsiFormat.READ_6, lba, blockCount);
    }

    /** WRITE(6) (SBC-3 §5.32); a count of 256 is written as 0. */
    public static byte[] write6(int lba, int blockCount) {
        return sixByte(ScsiFormat.WRITE_6, lba, blockCount);
    }

    /** READ(10) (SBC-4 §5.16). */
    public static byte[] read10(long lba, int blockCount, int flags) {
        return tenByte(ScsiFormat.READ_10, flags, lba, blockCount);
    }

    /** READ(12) (SBC-4 §5.17). */
    public static byte[] read12(long lba, int blockCount, int flags) {
        return twelveByte(ScsiFormat.READ_12, flags, lba, blockCount);
    }

    /** READ(16) (SBC-4 §5.18). */
    public static byte[] read16(long lba, int blockCount, int flags) {
        return sixteenByte(ScsiFormat.READ_16, flags, lba, blockCount);
    }

    /** WRITE(10) (SBC-4 §5.40). */
    public static byte[] write10(long lba, int blockCount, int flags) {
        return tenByte(ScsiFormat.WRITE_10, flags, lba, blockCount);
    }

    /** WRITE(12) (SBC-4 §5.41). */
    public static byte[] write12(long lba, int blockCount, int flags) {
        return twelveByte(ScsiFormat.WRITE_12, flags, lba, blockCount);
    }

    /** WRITE(16) (SBC-4 §5.42). */
    public static byte[] write16(long lba, int blockCount, int flags) {
        return sixteenByte(ScsiFormat.WRITE_16, flags, lba, blockCount);
    }

    /** WRITE AND VERIFY(10) (SBC-4 §5.44). */
    public static byte[] writeAndVerify10(long lba, int blockCount, int flags) {
        return tenByte(ScsiFormat.WRITE_AND_VERIFY_10, flags, lba, blockCount);
    }

    /** WRITE AND VERIFY(16) (SBC-4 §5.46). */
    public static byte[] writeAndVerify16(long lba, int blockCount, int flags) {
        return sixteenByte(ScsiFormat.WRITE_AND_VERIFY_16, flags, lba, blockCount);
    }

    /**
     * VERIFY(10) (SBC-4 §5.36).
     *
     * @param byteCheck the BYTCHK field: 0 reads only, 1 compares with the data sent
     */
    public static byte[] verify10(long lba, int blockCount, int byteCheck) {
        return tenByte(ScsiFormat.VERIFY_10, byteCheck << 1, lba, blockCount);
    }

    /** VERIFY(16) (SBC-4 §5.38). */
    public static byte[] verify16(long lba, int blockCount, int byteCheck) {
        return sixteenByte(ScsiFormat.VERIFY_16, byteCheck << 1, lba, blockCount);
    }

    /** SYNCHRONIZE CACHE(10) (SBC-4 §5.33); a count of 0 means up to the end. */
    public static byte[] synchronizeCache10(long lba, int blockCount) {
        return tenByte(ScsiFormat.SYNCHRONIZE_CACHE_10, 0, lba, blockCount);
    }

    /** SYNCHRONIZE CACHE(16) (SBC-4 §5.34); a count of 0 means up to the end. */
    public static byte[] synchronizeCache16(long lba, int blockCount) {
        return sixteenByte(ScsiFormat.SYNCHRONIZE_CACHE_16, 0, lba, blockCount);
    }

    /** WRITE SAME(10) (SBC-4 §5.49). */
    public static byte[] writeSame10(long lba, int blockCount, int flags) {
        return tenByte(ScsiFormat.WRITE_SAME_10, flags, lba, blockCount);
    }

    /** WRITE SAME(16) (SBC-4 §5.50). */
    public static byte[] writeSame16(long lba, int blockCount, int flags) {
        return sixteenByte(ScsiFormat.WRITE_SAME_16, flags, lba, blockCount);
    }

    /** UNMAP (SBC-4 §5.35). */
    public static byte[] unmap(int parameterListLengthBytes) {
        byte[] cdb = cdb(10, ScsiFormat.UNMAP);
        BigEndian.putU16(cdb, 7, parameterListLengthBytes);
        return cdb;
    }

    /**
     * The parameter list of UNMAP (SBC-4 §5.35.2).
     *
     * @param ranges first block and block count, in turn
     */
    public static byte[] unmapParameters(long... ranges) {
        int descriptorBytes = ranges.length / 2 * UNMAP_DESCRIPTOR_BYTES;
        byte[] list = new byte[UNMAP_HEADER_BYTES + descriptorBytes];
        BigEndian.putU16(list, 0, list.length - 2);
        BigEndian.putU16(list, 2, descriptorBytes);
        for (int i = 0; i + 1 < ranges.length; i += 2) {
            int at = UNMAP_HEADER_BYTES + i / 2 * UNMAP_DESCRIPTOR_BYTES;
            BigEndian.putU64(list, at, ranges[i]);
            BigEndian.putU32(list, at + 8, (int) ranges[i + 1]);
        }
        return list;
    }

    /**
     * Turns a 16-byte CDB into READ(16), allocating nothing.
     *
     * @param cdb 16 bytes or more, overwritten
     */
    public static void encodeRead16(byte[] cdb, long lba, int blockCount, int flags) {
        encode16(cdb, ScsiFormat.READ_16, flags, lba, blockCount);
    }

    /**
     * Turns a 16-byte CDB into WRITE(16), allocating nothing.
     *
     * @param cdb 16 bytes or more, overwritten
     */
    public static void encodeWrite16(byte[] cdb, long lba, int blockCount, int flags) {
        encode16(cdb, ScsiFormat.WRITE_16, flags, lba, blockCount);
    }

    private static byte[] cdb(int lengthBytes, int operationCode) {
        byte[] cdb = new byte[lengthBytes];
        cdb[0] = (byte) operationCode;
        return cdb;
    }

    private static byte[] sixByte(int operationCode, int lba, int blockCount) {
        byte[] cdb = cdb(6, operationCode);
        cdb[1] = (byte) (lba >> 16 & 0x1f);
        BigEndian.putU16(cdb, 2, lba);
        cdb[4] = (byte) blockCount;
        return cdb;
    }

    private static byte[] tenByte(int operationCode, int flags, long lba, int blockCount) {
        byte[] cdb = cdb(10, operationCode);
        cdb[1] = (byte) flags;
        BigEndian.putU32(cdb, 2, (int) lba);
        BigEndian.putU16(cdb, 7, blockCount);
        return cdb;
    }

    private static byte[] twelveByte(int operationCode, int flags, long lba, int blockCount) {
        byte[] cdb = cdb(12, operationCode);
        cdb[1] = (byte) flags;
        BigEndian.putU32(cdb, 2, (int) lba);
        BigEndian.putU32(cdb, 6, blockCount);
        return cdb;
    }

    private static byte[] sixteenByte(int operationCode, int flags, long lba, int blockCount) {
        byte[] cdb = new byte[16];
        encode16(cdb, operationCode, flags, lba, blockCount);
        return cdb;
    }

    private static void encode16(
            byte[] cdb, int operationCode, int flags, long lba, int blockCount) {
        cdb[0] = (byte) operationCode;
        cdb[1] = (byte) flags;
        BigEndian.putU64(cdb, 2, lba);
        BigEndian.putU32(cdb, 10, blockCount);
        cdb[14] = 0;
        cdb[15] = 0;
    }
}
