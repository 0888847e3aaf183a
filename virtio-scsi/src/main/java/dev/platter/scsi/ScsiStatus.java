package dev.platter.scsi;

/** Status codes of a command (SAM-5 §5.3.1). */
public final class ScsiStatus {
    /** The command succeeded. */
    public static final int GOOD = 0x00;

    /** The command failed, and sense data says why. */
    public static final int CHECK_CONDITION = 0x02;

    /** The command succeeded, and what it asked for is the case. */
    public static final int CONDITION_MET = 0x04;

    /** The unit cannot take the command now. */
    public static final int BUSY = 0x08;

    /** Another initiator holds a reservation. */
    public static final int RESERVATION_CONFLICT = 0x18;

    /** The unit has no room for another task. */
    public static final int TASK_SET_FULL = 0x28;

    private ScsiStatus() {}
}
