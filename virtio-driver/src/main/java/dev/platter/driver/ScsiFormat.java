package dev.platter.driver;

/** Numbers of the SCSI standards that a host sends and reads. */
final class ScsiFormat {
    // SPC-4 §6 and SBC-4 §5: operation codes.
    static final int TEST_UNIT_READY = 0x00;
    static final int REQUEST_SENSE = 0x03;
    static final int READ_6 = 0x08;
    static final int WRITE_6 = 0x0a;
    static final int INQUIRY = 0x12;
    static final int MODE_SELECT_6 = 0x15;
    static final int MODE_SENSE_6 = 0x1a;
    static final int START_STOP_UNIT = 0x1b;
    static final int READ_CAPACITY_10 = 0x25;
    static final int READ_10 = 0x28;
    static final int WRITE_10 = 0x2a;
    static final int WRITE_AND_VERIFY_10 = 0x2e;
    static final int VERIFY_10 = 0x2f;
    static final int SYNCHRONIZE_CACHE_10 = 0x35;
    static final int WRITE_SAME_10 = 0x41;
    static final int UNMAP = 0x42;
    static final int MODE_SELECT_10 = 0x55;
    static final int MODE_SENSE_10 = 0x5a;
    static final int READ_16 = 0x88;
    static final int WRITE_16 = 0x8a;
    static final int WRITE_AND_VERIFY_16 = 0x8e;
    static final int VERIFY_16 = 0x8f;
    static final int SYNCHRONIZE_CACHE_16 = 0x91;
    static final int WRITE_SAME_16 = 0x93;
    static final int SERVICE_ACTION_IN_16 = 0x9e;
    static final int REPORT_LUNS = 0xa0;
    static final int READ_12 = 0xa8;
    static final int WRITE_12 = 0xaa;

    /** The service action of READ CAPACITY(16) (SBC-4 §5.21). */
    static final int READ_CAPACITY_16_ACTION = 0x10;

    /** The caching mode page (SBC-4 §6.5.6). */
    static final int CACHING_PAGE = 0x08;

    /** WCE in byte 2 of the caching mode page (SBC-4 §6.5.6). */
    static final int WCE = 0x04;

    /** DPOFUA in the device-specific parameter of the mode header (SBC-4 §6.5.1). */
    static final int DPOFUA = 0x10;

    /** WP in the device-specific parameter of the mode header (SBC-4 §6.5.1). */
    static final int WRITE_PROTECTED = 0x80;

    private ScsiFormat() {}
}
