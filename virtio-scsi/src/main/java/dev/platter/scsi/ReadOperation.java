package dev.platter.scsi;

/**
 * READ(6), (10), (12), (16) (SBC-4 §5.17 to §5.20): straight into the initiator's buffer, which may
 * be longer than the transfer. A FUA read is served from the medium: all is flushed first.
 */
final class ReadOperation implements Operation {
    static final ReadOperation INSTANCE = new ReadOperation();

    private static final int FLUSHING = 0;
    private static final int READING = 1;

    private ReadOperation() {}

    @Override
    public void start(Task task) {
        long blocks = Cdb.transferBlocks(task.cdb(), task.cdbBytes());
        if (!BlockChecks.unprotected(task)
                || !BlockChecks.inRange(task, blocks)
                || !BlockChecks.fits(
                        task, task.command().dataIn().lengthBytes(), task.lengthBytes())) {
            return;
        }
        if (blocks == 0) {
            task.good(0);
        } else if (BlockChecks.fua(task) && task.unit().flushes()) {
            task.detail(FLUSHING);
            task.flush();
        } else {
            task.detail(READING);
            next(task);
        }
    }

    @Override
    public void completed(Task task, int result) {
        if (task.detail() == FLUSHING) {
            task.detail(READING);
            next(task);
        } else if (task.advance()) {
            task.counters().read(task.lengthBytes() >>> task.geometry().blockShift());
            task.good(task.lengthBytes());
        } else {
            next(task);
        }
    }

    private static void next(Task task) {
        long bytes = task.nextBytes(task.geometry().maxTransferBytes());
        task.read(task.part(task.command().dataIn(), bytes));
    }
}
