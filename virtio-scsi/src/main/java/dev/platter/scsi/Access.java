package dev.platter.scsi;

/**
 * What an initiator that another's reservation shuts out may do (SPC-5 §5.14.1, table 65; SBC-4
 * §4.18, table 14).
 */
enum Access {
    /** Allowed, whatever the reservation. */
    ALWAYS,
    /** Allowed unless the reservation is of exclusive access. */
    READS,
    /** Never allowed. */
    WRITES,
    /** Allowed if the unit is only started. */
    START_STOP,
    /** The reservation itself decides. */
    RESERVATION
}
