package dev.platter.scsi;

/**
 * PERSISTENT RESERVE OUT (SPC-5 §6.17): carried out by the unit's background thread, since what is
 * to outlive the power is kept in a file first. PREEMPT AND ABORT begins when every command in
 * flight has ended, whoever sent it, and holds back those that come: what it aborts has nothing
 * left to do then.
 */
final class PersistentReserveOut implements Operation {
    static final PersistentReserveOut INSTANCE = new PersistentReserveOut();

    private PersistentReserveOut() {}

    @Override
    public void start(Task task) {
        long listBytes = Cdb.u32(task.cdb(), 5);
        if (listBytes < ReservationRequest.LIST_BYTES
                || !task.parameters().take(task.command().dataOut(), listBytes)) {
            task.illegal(AdditionalSense.PARAMETER_LIST_LENGTH_ERROR);
            return;
        }
        ReservationRequest request =
                ReservationRequest.of(
                        task.opCode(), task.nexus().address(), task.cdb(), task.parameters());
        Reservations reservations = task.unit().reservations();
        task.inBackground(
                task.unit().background(),
                () -> {
                    task.detail(reservations.apply(request));
                    return 0;
                });
    }

    @Override
    public void completed(Task task, int result) {
        switch (task.detail()) {
            case ReservationChange.GOOD -> task.good(Cdb.u32(task.cdb(), 5));
            case ReservationChange.CONFLICT -> {
                task.command().end(ScsiStatus.RESERVATION_CONFLICT, 0);
                task.end();
            }
            default -> task.illegal(task.detail());
        }
    }
}
