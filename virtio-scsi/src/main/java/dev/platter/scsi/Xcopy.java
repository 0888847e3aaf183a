package dev.platter.scsi;

/** Numbers and limits of EXTENDED COPY(LID1) (SPC-4 §6.4) and RECEIVE COPY RESULTS. */
final class Xcopy {
    static final int EXTENDED_COPY = 0x83;
    static final int LID1 = 0x00;
    static final int RECEIVE_COPY_RESULTS = 0x84;
    static final int COPY_STATUS = 0x00;
    static final int OPERATING_PARAMETERS = 0x03;

    // The parameter list (SPC-4 §6.4.3).
    static final int HEADER_BYTES = 16;
    static final int TARGET_BYTES = 32;
    static final int SEGMENT_BYTES = 28;
    static final int SEGMENT_HEADER_BYTES = 4;
    static final int TARGET_IDENTIFICATION = 0xE4;
    static final int SEGMENT_BLOCK_TO_BLOCK = 0x02;
    static final int TARGET_NUL = 0x20;
    static final int DEVICE_TYPE_MASK = 0x1F;
    static final int SEGMENT_DC = 0x02;
    static final int LIST_ID_USAGE_MASK = 0x18;

    /** The list identifier is not to be kept (LIST ID USAGE 11b). */
    static final int LIST_ID_USAGE_NONE = 0x18;

    /** The list identifier is reserved (LIST ID USAGE 01b). */
    static final int LIST_ID_USAGE_RESERVED = 0x08;

    // What this copy manager takes.
    static final int MAX_TARGETS = 16;
    static final int MAX_SEGMENTS = 64;
    static final int MAX_SEGMENT_BLOCKS = 0xFFFF;
    static final int MAX_CONCURRENT = 1;
    static final int MAX_DESCRIPTORS_BYTES =
            MAX_TARGETS * TARGET_BYTES + MAX_SEGMENTS * SEGMENT_BYTES;

    private Xcopy() {}
}
