package dev.platter.scsi;

/**
 * COMPARE AND WRITE (SBC-4 §5.4): reads the blocks, compares them with the first half of the
 * data-out buffer, and writes the second half if they are equal; else MISCOMPARE tells where. No
 * other command touches the blocks in between ({@link MediumGate}). Its write is as durable as a
 * WRITE's would be.
 */
final class CompareAndWriteOperation implements Operation {
    static final CompareAndWriteOperation INSTANCE = new CompareAndWriteOperation();

    private static final int READING = 0;
    private static final int WRITING = 1;

    private CompareAndWriteOperation() {}

    @Override
    public void start(Task task) {
        int blocks = Cdb.u8(task.cdb(), Sbc.COMPARE_AND_WRITE_BLOCKS_BYTE);
        if (!BlockChecks.writable(task)
                || !BlockChecks.unprotected(task)
                || !BlockChecks.require(task, blocks <= task.geometry().maxCompareBlocks())
                || !BlockChecks.inRange(task, blocks)
                || !BlockChecks.fits(
                        task, task.command().dataOut().lengthBytes(), 2 * task.lengthBytes())) {
            return;
        }
        if (blocks == 0) {
            task.good(0);
        } else {
            task.detail(READING);
            task.awaitScratch();
        }
    }

    @Override
    public void scratchReady(Task task) {
        task.read(task.scratch().repeated(task.lengthBytes()));
    }

    @Override
    public void completed(Task task, int result) {
        if (task.detail() == WRITING) {
            task.goodOnceDurable(2 * task.lengthBytes());
            return;
        }
        long difference =
                task.scratch().mismatch(task.command().dataOut(), 0, (int) task.lengthBytes());
        if (difference >= 0) {
            task.miscompare(difference);
        } else {
            task.detail(WRITING);
            task.judgeWrites(BlockChecks.fua(task));
            task.write(task.slice(task.command().dataOut(), task.lengthBytes()));
        }
    }
}
