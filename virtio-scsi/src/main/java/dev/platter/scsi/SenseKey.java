package dev.platter.scsi;

/** Sense keys (SPC-5 §4.5.6, table 52). */
public final class SenseKey {
    /** Nothing to report. */
    public static final int NO_SENSE = 0x0;

    /** The unit cannot be accessed. */
    public static final int NOT_READY = 0x2;

    /** The medium has a flaw. */
    public static final int MEDIUM_ERROR = 0x3;

    /** The hardware failed for good. */
    public static final int HARDWARE_ERROR = 0x4;

    /** The command or its parameters are wrong. */
    public static final int ILLEGAL_REQUEST = 0x5;

    /** Something happened to the unit that the initiator must know. */
    public static final int UNIT_ATTENTION = 0x6;

    /** The medium is protected from what was asked. */
    public static final int DATA_PROTECT = 0x7;

    /** A copy between units was given up. */
    public static final int COPY_ABORTED = 0xA;

    /** The device server gave up on the command; a retry may help. */
    public static final int ABORTED_COMMAND = 0xB;

    /** The data did not match the medium. */
    public static final int MISCOMPARE = 0xE;

    private SenseKey() {}
}
