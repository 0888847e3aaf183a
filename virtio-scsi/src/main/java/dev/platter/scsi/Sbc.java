package dev.platter.scsi;

/** Numbers of SBC-4: what is special to direct-access block devices. */
final class Sbc {
    // Byte 1 of READ, WRITE and VERIFY (SBC-4 §5.18, §5.40, §5.36).
    static final int PROTECT_MASK = 0xE0;
    static final int FUA = 0x08;
    static final int BYTCHK_SHIFT = 1;
    static final int BYTCHK_MASK = 0x03;
    static final int BYTCHK_NONE = 0;
    static final int BYTCHK_COMPARE = 1;
    static final int BYTCHK_RESERVED = 2;
    static final int BYTCHK_ONE_BLOCK = 3;

    // Byte 1 of WRITE SAME (SBC-4 §5.50, §5.51).
    static final int WRITE_SAME_ANCHOR = 0x10;
    static final int WRITE_SAME_UNMAP = 0x08;
    static final int WRITE_SAME_PBDATA_LBDATA = 0x06;
    static final int WRITE_SAME_NDOB = 0x01;

    // UNMAP (SBC-4 §5.35).
    static final int UNMAP_ANCHOR = 0x01;
    static final int UNMAP_HEADER_BYTES = 8;
    static final int UNMAP_DESCRIPTOR_BYTES = 16;
    static final int UNMAP_MAX_DESCRIPTORS = 255;

    // COMPARE AND WRITE (SBC-4 §5.4).
    static final int COMPARE_AND_WRITE_BLOCKS_BYTE = 13;
    static final int COMPARE_AND_WRITE_MAX_BLOCKS = 128;

    // READ DEFECT DATA (SBC-4 §5.22, §5.23).
    static final int DEFECT_FORMAT_AND_LISTS = 0x1F;
    static final int DEFECT_HEADER_10_BYTES = 4;
    static final int DEFECT_HEADER_12_BYTES = 8;

    // GET LBA STATUS (SBC-4 §5.6).
    static final int LBA_STATUS_HEADER_BYTES = 8;
    static final int LBA_STATUS_DESCRIPTOR_BYTES = 16;
    static final int LBA_STATUS_MAPPED = 0;
    static final int LBA_STATUS_DEALLOCATED = 1;

    // START STOP UNIT, byte 4 (SBC-4 §5.31).
    static final int POWER_CONDITION_MASK = 0xF0;
    static final int START_STOP_NO_FLUSH = 0x04;
    static final int START_STOP_START = 0x01;

    // READ CAPACITY (SBC-4 §5.20, §5.21).
    static final int READ_CAPACITY_10_BYTES = 8;
    static final int READ_CAPACITY_10_PMI = 0x01;
    static final int READ_CAPACITY_16_BYTES = 32;
    static final int READ_CAPACITY_LBPME = 0x80;
    static final int READ_CAPACITY_LBPRZ = 0x40;

    // Mode parameters (SBC-4 §6.5.1, §6.5.2, §6.5.6).
    static final int MODE_WP = 0x80;
    static final int MODE_DPOFUA = 0x10;
    static final int MODE_PAGE_CACHING = 0x08;
    static final int MODE_PAGE_CACHING_BYTES = 20;
    static final int CACHING_WCE = 0x04;
    static final int CACHING_WCE_BYTE = 2;
    static final int MODE_PAGE_ERROR_RECOVERY = 0x01;
    static final int MODE_PAGE_ERROR_RECOVERY_BYTES = 12;

    // Vital product data (SBC-4 §6.6.4, §6.6.2, §6.6.7).
    static final int VPD_BLOCK_LIMITS = 0xB0;
    static final int VPD_BLOCK_CHARACTERISTICS = 0xB1;
    static final int VPD_LOGICAL_BLOCK_PROVISIONING = 0xB2;
    static final int BLOCK_LIMITS_BYTES = 64;
    static final int BLOCK_LIMITS_WSNZ = 0x01;
    static final int BLOCK_CHARACTERISTICS_BYTES = 64;

    /** WABEREQ 01b and WACEREQ 00b: after a block erase blocks read without an error. */
    static final int CHARACTERISTICS_WABEREQ_READS = 0x40;

    static final int CHARACTERISTICS_FUAB = 0x02;
    static final int ROTATION_NON_ROTATING = 0x0001;
    static final int PROVISIONING_BYTES = 8;
    static final int PROVISIONING_LBPU = 0x80;
    static final int PROVISIONING_LBPWS = 0x40;
    static final int PROVISIONING_LBPWS10 = 0x20;
    static final int PROVISIONING_LBPRZ = 0x04;
    static final int PROVISIONING_THIN = 0x02;

    private Sbc() {}
}
