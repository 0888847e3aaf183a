package dev.platter.driver;

/** Status bytes and sense keys that a command can end with. */
public final class ScsiStatus {
    /** The command did what it says (SAM-5 §5.3). */
    public static final int GOOD = 0x00;

    /** There is sense data (SAM-5 §5.3). */
    public static final int CHECK_CONDITION = 0x02;

    /** Nothing to report (SPC-4 §4.5.6). */
    public static final int NO_SENSE = 0x0;

    /** The logical unit cannot be accessed (SPC-4 §4.5.6). */
    public static final int NOT_READY = 0x2;

    /** The medium failed (SPC-4 §4.5.6). */
    public static final int MEDIUM_ERROR = 0x3;

    /** The device failed (SPC-4 §4.5.6). */
    public static final int HARDWARE_ERROR = 0x4;

    /** The command or its parameters are wrong (SPC-4 §4.5.6). */
    public static final int ILLEGAL_REQUEST = 0x5;

    /** Something happened to the logical unit before this command (SPC-4 §4.5.6). */
    public static final int UNIT_ATTENTION = 0x6;

    /** The medium is write-protected (SPC-4 §4.5.6). */
    public static final int DATA_PROTECT = 0x7;

    /** The device gave the command up (SPC-4 §4.5.6). */
    public static final int ABORTED_COMMAND = 0xb;

    /** What was compared differs (SPC-4 §4.5.6). */
    public static final int MISCOMPARE = 0xe;

    private ScsiStatus() {}
}
