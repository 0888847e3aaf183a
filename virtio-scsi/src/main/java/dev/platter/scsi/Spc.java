package dev.platter.scsi;

/** Numbers of SPC-5: INQUIRY, REQUEST SENSE, REPORT LUNS, MODE SENSE and MODE SELECT. */
final class Spc {
    // Sense data, fixed and descriptor format (SPC-5 §4.5.2, §4.5.3).
    static final int SENSE_FIXED = 0x70;
    static final int SENSE_DESCRIPTOR = 0x72;
    static final int SENSE_FIXED_BYTES = 18;
    static final int SENSE_DESCRIPTOR_BYTES = 8;
    static final int REQUEST_SENSE_DESC = 0x01;

    // INQUIRY (SPC-5 §6.7).
    static final int INQUIRY_EVPD = 0x01;
    static final int INQUIRY_BYTES = 96;
    static final int PERIPHERAL_DISK = 0x00;

    /** No unit here, and there can never be one of a known type: qualifier 3, type 1Fh. */
    static final int PERIPHERAL_INCAPABLE = 0x7F;

    /** No unit here, but the target could have one: qualifier 1, type 1Fh. */
    static final int PERIPHERAL_ABSENT = 0x3F;

    static final int VERSION_SPC_5 = 0x07;
    static final int INQUIRY_HISUP_FORMAT_2 = 0x12;
    static final int INQUIRY_CMDQUE = 0x02;
    static final int INQUIRY_VENDOR = 8;
    static final int INQUIRY_PRODUCT = 16;
    static final int INQUIRY_REVISION = 32;
    static final int INQUIRY_VERSION_DESCRIPTORS = 58;

    // Version descriptors, no version claimed (SPC-5 §6.7.2, table 155).
    static final int DESCRIPTOR_SAM_5 = 0x00A0;
    static final int DESCRIPTOR_SPC_5 = 0x05C0;
    static final int DESCRIPTOR_SBC_4 = 0x0600;

    // Vital product data (SPC-5 §7.7).
    static final int VPD_HEADER_BYTES = 4;
    static final int VPD_SUPPORTED_PAGES = 0x00;
    static final int VPD_UNIT_SERIAL_NUMBER = 0x80;
    static final int VPD_DEVICE_IDENTIFICATION = 0x83;
    static final int DESIGNATOR_ASCII = 0x02;
    static final int DESIGNATOR_T10_VENDOR_ID = 0x01;

    // REPORT LUNS (SPC-5 §6.33).
    static final int REPORT_LUNS_MIN_ALLOCATION_BYTES = 16;
    static final int SELECT_REPORT_WELL_KNOWN = 0x01;
    static final int SELECT_REPORT_ALL = 0x02;

    // MODE SENSE and MODE SELECT (SPC-5 §6.14, §6.15, §7.5.5, §7.5.6).
    static final int MODE_HEADER_6_BYTES = 4;
    static final int MODE_HEADER_10_BYTES = 8;
    static final int MODE_BLOCK_DESCRIPTOR_BYTES = 8;
    static final int MODE_SENSE_DBD = 0x08;
    static final int MODE_SELECT_PF = 0x10;
    static final int MODE_SELECT_SP = 0x01;
    static final int MODE_LONGLBA = 0x01;
    static final int MODE_PAGE_PS = 0x80;
    static final int MODE_PAGE_SPF = 0x40;
    static final int MODE_PAGE_CODE = 0x3F;
    static final int MODE_PAGE_CONTROL = 0x0A;
    static final int MODE_PAGE_CONTROL_BYTES = 12;
    static final int MODE_PAGE_ALL = 0x3F;
    static final int MODE_SUBPAGE_NONE = 0x00;
    static final int MODE_SUBPAGE_ALL = 0xFF;
    static final int PAGE_CONTROL_CURRENT = 0;
    static final int PAGE_CONTROL_CHANGEABLE = 1;
    static final int PAGE_CONTROL_DEFAULT = 2;
    static final int PAGE_CONTROL_SAVED = 3;

    // Control mode page (SPC-5 §7.5.10).
    static final int CONTROL_GLTSD = 0x02;
    static final int CONTROL_UNRESTRICTED_REORDERING = 0x10;

    private Spc() {}
}
