package dev.platter.scsi;

import java.util.Arrays;

/**
 * What a reservation forbids, as each command asks it; a value.
 *
 * @param type of {@link ReservationType}; {@link ReservationType#NONE} for a RESERVE(6) or (10)
 * @param holder the address of the holder, where there is one
 * @param registered the addresses of all registrants
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared, and never changed.
record Restriction(int type, long holder, long[] registered) {
    /** Whether a command must not be carried out for an initiator. */
    boolean forbids(long initiator, OpCode command, byte[] cdb) {
        return type == ReservationType.NONE
                ? forbidsByReserve(initiator, command)
                : forbidsPersistently(initiator, command, cdb);
    }

    /** SPC-2 §5.5.1. */
    private boolean forbidsByReserve(long initiator, OpCode command) {
        if (initiator == holder) {
            return false;
        }
        return switch (command) {
            case RELEASE_6, RELEASE_10 -> false;
            case TEST_UNIT_READY,
                    READ_KEYS,
                    READ_RESERVATION,
                    REPORT_CAPABILITIES,
                    READ_FULL_STATUS ->
                    true;
            default -> command.access() != Access.ALWAYS;
        };
    }

    /** SPC-5 §5.14.1, table 65. */
    private boolean forbidsPersistently(long initiator, OpCode command, byte[] cdb) {
        boolean inside =
                ReservationType.letsRegistrants(type)
                        ? isRegistered(initiator) || initiator == holder
                        : initiator == holder;
        if (inside) {
            return false;
        }
        return switch (command.access()) {
            case ALWAYS, RESERVATION -> false;
            case READS -> ReservationType.isExclusiveAccess(type);
            case WRITES -> true;
            case START_STOP -> !FlushOperation.onlyStarts(cdb);
        };
    }

    private boolean isRegistered(long initiator) {
        return Arrays.stream(registered).anyMatch(address -> address == initiator);
    }
}
