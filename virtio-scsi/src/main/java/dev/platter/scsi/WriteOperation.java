package dev.platter.scsi;

/**
 * WRITE(6), (10), (12), (16) and WRITE AND VERIFY (SBC-4 §5.39 to §5.46): straight from the
 * initiator's buffer, which may be longer than the transfer. WRITE AND VERIFY writes with FUA.
 */
final class WriteOperation implements Operation {
    static final WriteOperation WRITE = new WriteOperation(false);
    static final WriteOperation WRITE_AND_VERIFY = new WriteOperation(true);

    private final boolean verify;

    private WriteOperation(boolean verify) {
        this.verify = verify;
    }

    @Override
    public void start(Task task) {
        long blocks = Cdb.transferBlocks(task.cdb(), task.cdbBytes());
        if (!BlockChecks.writable(task)
                || !BlockChecks.unprotected(task)
                || !BlockChecks.require(task, !verify || verifiable(task))
                || !BlockChecks.inRange(task, blocks)
                || !BlockChecks.fits(
                        task, task.command().dataOut().lengthBytes(), task.lengthBytes())) {
            return;
        }
        if (blocks == 0) {
            task.good(0);
        } else {
            task.judgeWrites(verify || BlockChecks.fua(task));
            next(task);
        }
    }

    private static boolean verifiable(Task task) {
        return VerifyOperation.byteCheck(task) <= Sbc.BYTCHK_COMPARE;
    }

    @Override
    public void completed(Task task, int result) {
        if (!task.advance()) {
            next(task);
            return;
        }
        task.counters().written(task.lengthBytes() >>> task.geometry().blockShift());
        if (verify) {
            task.become(VerifyOperation.AFTER_WRITE);
            VerifyOperation.AFTER_WRITE.start(task);
        } else {
            task.goodOnceDurable(task.lengthBytes());
        }
    }

    private static void next(Task task) {
        long bytes = task.nextBytes(task.geometry().maxTransferBytes());
        task.write(task.part(task.command().dataOut(), bytes));
    }
}
