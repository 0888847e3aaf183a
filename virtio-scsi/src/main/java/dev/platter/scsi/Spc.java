package dev.platter.scsi;

/** Numbers of SPC-5: what is common to all device types. */
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

    static final int VERSION_SPC_4 = 0x06;
    static final int INQUIRY_HISUP_FORMAT_2 = 0x12;

    /** TPGS 01b: one asymmetric access state, changed by nobody; and 3PC: third-party copy. */
    static final int INQUIRY_TPGS_IMPLICIT = 0x10;

    static final int INQUIRY_3PC = 0x08;
    static final int INQUIRY_CMDQUE = 0x02;
    static final int INQUIRY_VENDOR = 8;
    static final int INQUIRY_PRODUCT = 16;
    static final int INQUIRY_REVISION = 32;
    static final int INQUIRY_VERSION_DESCRIPTORS = 58;

    // Version descriptors, no version claimed (SPC-5 §6.7.2, table 155).
    static final int DESCRIPTOR_SAM_5 = 0x00A0;
    static final int DESCRIPTOR_SPC_4 = 0x0460;
    static final int DESCRIPTOR_SBC_3 = 0x04C0;
    static final int DESCRIPTOR_SPC_5 = 0x05C0;
    static final int DESCRIPTOR_SBC_4 = 0x0600;

    // Vital product data (SPC-5 §7.7).
    static final int VPD_HEADER_BYTES = 4;
    static final int VPD_SUPPORTED_PAGES = 0x00;
    static final int VPD_UNIT_SERIAL_NUMBER = 0x80;
    static final int VPD_DEVICE_IDENTIFICATION = 0x83;
    static final int VPD_MANAGEMENT_NETWORK_ADDRESSES = 0x85;
    static final int VPD_EXTENDED_INQUIRY = 0x86;
    static final int VPD_THIRD_PARTY_COPY = 0x8F;
    static final int DESIGNATOR_BINARY = 0x01;
    static final int DESIGNATOR_ASCII = 0x02;
    static final int DESIGNATOR_T10_VENDOR_ID = 0x01;
    static final int DESIGNATOR_NAA = 0x03;
    static final int DESIGNATOR_RELATIVE_PORT = 0x04;
    static final int DESIGNATOR_TARGET_PORT_GROUP = 0x05;
    static final int DESIGNATOR_OF_TARGET_PORT = 0x10;

    // Extended INQUIRY data (SPC-5 §7.7.7).
    static final int EXTENDED_INQUIRY_BYTES = 64;
    static final int EXTENDED_HEADSUP_ORDSUP_SIMPSUP = 0x07;
    static final int EXTENDED_V_SUP = 0x01;
    static final int EXTENDED_LUICLR = 0x01;

    // REPORT TARGET PORT GROUPS (SPC-5 §6.36).
    static final int PORT_GROUPS_EXTENDED_FORMAT = 0x20;
    static final int PORT_GROUPS_FORMAT_MASK = 0xE0;
    static final int PORT_GROUP_ACTIVE_OPTIMIZED_SUPPORTED = 0x01;
    static final int PORT_GROUP = 1;

    // REPORT SUPPORTED OPERATION CODES (SPC-5 §6.34).
    static final int OPERATION_CODES_RCTD = 0x80;
    static final int OPERATION_CODES_OPTIONS = 0x07;
    static final int OPERATION_CODES_SERVACTV = 0x01;
    static final int OPERATION_CODES_CTDP = 0x02;
    static final int SUPPORT_NOT = 0x01;
    static final int SUPPORT_STANDARD = 0x03;
    static final int SUPPORT_CTDP = 0x80;
    static final int TIMEOUTS_BYTES = 12;

    /**
     * The normal auto contingent allegiance bit of the CONTROL byte (SAM-5 §5.2): not supported.
     */
    static final int CONTROL_NACA = 0x04;

    // Task attributes as SAM-5 §8.9 names them and virtio-scsi numbers them.
    static final int ATTRIBUTE_SIMPLE = 0;
    static final int ATTRIBUTE_ORDERED = 1;
    static final int ATTRIBUTE_HEAD_OF_QUEUE = 2;

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

    static final int MODE_PAGE_DISCONNECT_RECONNECT = 0x02;
    static final int MODE_PAGE_DISCONNECT_RECONNECT_BYTES = 16;
    static final int MODE_PAGE_POWER_CONDITION = 0x1A;
    static final int MODE_PAGE_POWER_CONDITION_BYTES = 40;
    static final int MODE_PAGE_INFORMATIONAL_EXCEPTIONS = 0x1C;
    static final int MODE_PAGE_INFORMATIONAL_EXCEPTIONS_BYTES = 12;

    /** Exceptions are not reported (SPC-5 §7.5.14). */
    static final int EXCEPTIONS_DEXCPT = 0x08;

    // Control mode page (SPC-5 §7.5.10).
    static final int CONTROL_D_SENSE_BYTE = 2;
    static final int CONTROL_D_SENSE = 0x04;
    static final int CONTROL_QUEUE_BYTE = 3;
    static final int CONTROL_SWP_BYTE = 4;
    static final int CONTROL_SWP = 0x08;
    static final int CONTROL_GLTSD = 0x02;
    static final int CONTROL_UNRESTRICTED_REORDERING = 0x10;

    private Spc() {}
}
