package dev.platter.scsi;

/**
 * ORWRITE(16) (SBC-4 §5.11): reads the blocks, ors the data-out buffer to them, and writes them
 * back, as many as a scratch buffer takes at a time. No other command touches the blocks meanwhile
 * ({@link MediumGate}). Its writes are as durable as a WRITE's would be.
 */
final class OrWriteOperation implements Operation {
    static final OrWriteOperation INSTANCE = new OrWriteOperation();

    private static final int READING = 0;
    private static final int WRITING = 1;

    private OrWriteOperation() {}

    @Override
    public void start(Task task) {
        long blocks = Cdb.transferBlocks(task.cdb(), task.cdbBytes());
        if (!BlockChecks.writable(task)
                || !BlockChecks.unprotected(task)
                || !BlockChecks.inRange(task, blocks)
                || !BlockChecks.fits(
                        task, task.command().dataOut().lengthBytes(), task.lengthBytes())) {
            return;
        }
        if (blocks == 0) {
            task.good(0);
        } else {
            task.judgeWrites(BlockChecks.fua(task));
            task.awaitScratch();
        }
    }

    @Override
    public void scratchReady(Task task) {
        read(task);
    }

    @Override
    public void completed(Task task, int result) {
        if (task.detail() == READING) {
            task.scratch().or(task.command().dataOut(), task.doneBytes(), result);
            task.detail(WRITING);
            task.write(task.scratch().repeated(result));
        } else if (task.advance()) {
            task.goodOnceDurable(task.lengthBytes());
        } else {
            read(task);
        }
    }

    private static void read(Task task) {
        int max = Math.min(Scratch.BYTES, task.geometry().maxTransferBytes());
        task.detail(READING);
        task.read(task.scratch().repeated(task.nextBytes(max)));
    }
}
