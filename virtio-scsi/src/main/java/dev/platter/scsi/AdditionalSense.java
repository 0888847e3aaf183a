package dev.platter.scsi;

/** Additional sense codes with their qualifiers, as {@code ASC << 8 | ASCQ} (SPC-5 annex F.2). */
public final class AdditionalSense {
    /** No additional sense information. */
    public static final int NONE = 0x0000;

    /** I/O process terminated. */
    public static final int IO_PROCESS_TERMINATED = 0x0006;

    /** Unrecovered read error. */
    public static final int UNRECOVERED_READ_ERROR = 0x1100;

    /** Parameter list length error. */
    public static final int PARAMETER_LIST_LENGTH_ERROR = 0x1A00;

    /** Miscompare during verify operation. */
    public static final int MISCOMPARE_DURING_VERIFY = 0x1D00;

    /** Invalid command operation code. */
    public static final int INVALID_OPERATION_CODE = 0x2000;

    /** Logical block address out of range. */
    public static final int LBA_OUT_OF_RANGE = 0x2100;

    /** Invalid field in CDB. */
    public static final int INVALID_FIELD_IN_CDB = 0x2400;

    /** Logical unit not supported. */
    public static final int LOGICAL_UNIT_NOT_SUPPORTED = 0x2500;

    /** Invalid field in parameter list. */
    public static final int INVALID_FIELD_IN_PARAMETER_LIST = 0x2600;

    /** Write protected. */
    public static final int WRITE_PROTECTED = 0x2700;

    /** Space allocation failed write protect. */
    public static final int SPACE_ALLOCATION_FAILED = 0x2707;

    /** Power on, reset, or bus device reset occurred. */
    public static final int RESET_OCCURRED = 0x2900;

    /** Commands cleared by another initiator. */
    public static final int COMMANDS_CLEARED = 0x2F00;

    /** Sanitize command failed. */
    public static final int SANITIZE_COMMAND_FAILED = 0x3103;

    /** Saving parameters not supported. */
    public static final int SAVING_NOT_SUPPORTED = 0x3900;

    /** Medium not present. */
    public static final int MEDIUM_NOT_PRESENT = 0x3A00;

    /** Internal target failure. */
    public static final int INTERNAL_TARGET_FAILURE = 0x4400;

    /** Logical unit not ready, sanitize in progress. */
    public static final int SANITIZE_IN_PROGRESS = 0x041B;

    /** Unreachable copy target. */
    public static final int UNREACHABLE_COPY_TARGET = 0x0804;

    /** Copy target device not reachable. */
    public static final int COPY_TARGET_NOT_REACHABLE = 0x0D02;

    /** Too many target descriptors. */
    public static final int TOO_MANY_TARGET_DESCRIPTORS = 0x2606;

    /** Unsupported target descriptor type code. */
    public static final int UNSUPPORTED_TARGET_DESCRIPTOR_TYPE = 0x2607;

    /** Too many segment descriptors. */
    public static final int TOO_MANY_SEGMENT_DESCRIPTORS = 0x2608;

    /** Unsupported segment descriptor type code. */
    public static final int UNSUPPORTED_SEGMENT_DESCRIPTOR_TYPE = 0x2609;

    /** Invalid release of persistent reservation. */
    public static final int INVALID_RELEASE_OF_RESERVATION = 0x2604;

    /** Logical unit software write protected. */
    public static final int SOFTWARE_WRITE_PROTECTED = 0x2702;

    /** Mode parameters changed. */
    public static final int MODE_PARAMETERS_CHANGED = 0x2A01;

    /** Reservations preempted. */
    public static final int RESERVATIONS_PREEMPTED = 0x2A03;

    /** Reservations released. */
    public static final int RESERVATIONS_RELEASED = 0x2A04;

    /** Registrations preempted. */
    public static final int REGISTRATIONS_PREEMPTED = 0x2A05;

    /** Capacity data has changed. */
    public static final int CAPACITY_DATA_HAS_CHANGED = 0x2A09;

    /** Reported LUNs data has changed. */
    public static final int REPORTED_LUNS_DATA_HAS_CHANGED = 0x3F0E;

    /** Invalid message error. */
    public static final int INVALID_MESSAGE_ERROR = 0x4900;

    /** Insufficient registration resources. */
    public static final int INSUFFICIENT_REGISTRATION_RESOURCES = 0x5504;

    /** Insufficient resources. */
    public static final int INSUFFICIENT_RESOURCES = 0x5503;

    private AdditionalSense() {}
}
