package dev.platter.scsi;

/** What of the medium a command touches, and whether another may touch it meanwhile. */
enum Footprint {
    /** None of it. */
    NOTHING,
    /** The addressed blocks. */
    RANGE,
    /** Any of its blocks. */
    UNIT,
    /** The addressed blocks, alone. */
    EXCLUSIVE_RANGE,
    /** All of its blocks, alone. */
    EXCLUSIVE_UNIT,
    /** Not the medium, but every command that is in flight. */
    EVERYTHING;

    /** Whether no other command may touch the same blocks meanwhile. */
    boolean isExclusive() {
        return this == EXCLUSIVE_RANGE || this == EXCLUSIVE_UNIT;
    }
}
