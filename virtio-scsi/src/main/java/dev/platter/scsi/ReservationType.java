package dev.platter.scsi;

/** The types of persistent reservations (SPC-5 §6.16.3.4, table 216), by their codes. */
final class ReservationType {
    static final int NONE = 0;
    static final int WRITE_EXCLUSIVE = 1;
    static final int EXCLUSIVE_ACCESS = 3;
    static final int WRITE_EXCLUSIVE_REGISTRANTS_ONLY = 5;
    static final int EXCLUSIVE_ACCESS_REGISTRANTS_ONLY = 6;
    static final int WRITE_EXCLUSIVE_ALL_REGISTRANTS = 7;
    static final int EXCLUSIVE_ACCESS_ALL_REGISTRANTS = 8;

    /** The type mask of REPORT CAPABILITIES (SPC-5 §6.16.4): all six, byte 4 the high byte. */
    static final int MASK = 0xEA01;

    private ReservationType() {}

    static boolean isValid(int type) {
        return switch (type) {
            case WRITE_EXCLUSIVE,
                    EXCLUSIVE_ACCESS,
                    WRITE_EXCLUSIVE_REGISTRANTS_ONLY,
                    EXCLUSIVE_ACCESS_REGISTRANTS_ONLY,
                    WRITE_EXCLUSIVE_ALL_REGISTRANTS,
                    EXCLUSIVE_ACCESS_ALL_REGISTRANTS ->
                    true;
            default -> false;
        };
    }

    /** Whether every registrant holds the reservation. */
    static boolean isHeldByAll(int type) {
        return type == WRITE_EXCLUSIVE_ALL_REGISTRANTS || type == EXCLUSIVE_ACCESS_ALL_REGISTRANTS;
    }

    /** Whether registrants may access the unit as the holder does. */
    static boolean letsRegistrants(int type) {
        return type >= WRITE_EXCLUSIVE_REGISTRANTS_ONLY;
    }

    /** Whether reading, too, is for the holder. */
    static boolean isExclusiveAccess(int type) {
        return switch (type) {
            case EXCLUSIVE_ACCESS,
                    EXCLUSIVE_ACCESS_REGISTRANTS_ONLY,
                    EXCLUSIVE_ACCESS_ALL_REGISTRANTS ->
                    true;
            default -> false;
        };
    }
}
