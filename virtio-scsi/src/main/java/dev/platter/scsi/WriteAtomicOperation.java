package dev.platter.scsi;

import dev.platter.api.block.IoFlags;

/**
 * WRITE ATOMIC(16) (SBC-4 §5.45) of what the block limits page says can be written so: the host
 * writes all of it or nothing, whatever happens to its power. An atomic boundary, which would let
 * the unit write in parts, is not supported. Durable as a WRITE is.
 */
final class WriteAtomicOperation implements Operation {
    static final WriteAtomicOperation INSTANCE = new WriteAtomicOperation();

    private static final int BOUNDARY = 10;
    private static final int LENGTH = 12;

    private WriteAtomicOperation() {}

    @Override
    public void start(Task task) {
        long lba = Cdb.lba(task.cdb(), task.cdbBytes());
        int blocks = Cdb.u16(task.cdb(), LENGTH);
        if (!BlockChecks.writable(task)
                || !BlockChecks.unprotected(task)
                || !BlockChecks.require(task, Cdb.u16(task.cdb(), BOUNDARY) == 0)
                || !BlockChecks.inRange(task, lba, blocks)
                || !BlockChecks.require(task, task.geometry().atomic().allows(lba, blocks))
                || !BlockChecks.fits(
                        task, task.command().dataOut().lengthBytes(), task.lengthBytes())) {
            return;
        }
        if (blocks == 0) {
            task.good(0);
        } else {
            task.judgeWrites(BlockChecks.fua(task));
            task.writeWith(task.part(task.command().dataOut(), task.lengthBytes()), IoFlags.ATOMIC);
        }
    }

    @Override
    public void completed(Task task, int result) {
        task.goodOnceDurable(task.lengthBytes());
    }
}
