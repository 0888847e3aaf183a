package dev.platter.scsi;

/**
 * RESERVE(6), (10) and RELEASE(6), (10) (SPC-2 §7.21, §7.17) of the whole unit, for the initiator
 * itself. Extents and third parties are refused. With registrations for persistent reservations
 * both conflict (SPC-2 §5.5.1).
 */
final class LegacyReservation {
    /** Third party, and extent. */
    private static final int UNSUPPORTED = 0x11;

    private LegacyReservation() {}

    static void reserve(Task task) {
        if (!BlockChecks.require(task, !Cdb.has(task.cdb(), 1, UNSUPPORTED))) {
            return;
        }
        finish(task, task.unit().reservations().reserve(task.nexus().address()));
    }

    static void release(Task task) {
        if (!BlockChecks.require(task, !Cdb.has(task.cdb(), 1, UNSUPPORTED))) {
            return;
        }
        Reservations reservations = task.unit().reservations();
        boolean free = reservations.state().registrations().isEmpty();
        if (free) {
            reservations.release(task.nexus().address());
        }
        finish(task, free);
    }

    private static void finish(Task task, boolean done) {
        task.command().end(done ? ScsiStatus.GOOD : ScsiStatus.RESERVATION_CONFLICT, 0);
        task.end();
    }
}
