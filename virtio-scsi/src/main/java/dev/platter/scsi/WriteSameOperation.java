package dev.platter.scsi;

import dev.platter.api.block.IoFlags;

/**
 * WRITE SAME(10), (16) (SBC-4 §5.50, §5.51). A block of zeroes, sent or implied by NDOB, becomes
 * writes of zeroes, which may release space if the UNMAP bit is set; any other block is written
 * over and over from a scratch buffer.
 */
final class WriteSameOperation implements Operation {
    static final WriteSameOperation INSTANCE = new WriteSameOperation();

    private static final int ZEROES = 0;
    private static final int PATTERN = 1;

    private WriteSameOperation() {}

    @Override
    public void start(Task task) {
        long blocks = Cdb.length(task.cdb(), task.cdbBytes());
        if (!BlockChecks.writable(task)
                || !BlockChecks.unprotected(task)
                || !BlockChecks.require(task, fieldsSupported(task, blocks))
                || !BlockChecks.inRange(task, blocks)
                || !BlockChecks.require(task, oneBlockSent(task))) {
            return;
        }
        task.judgeWrites(false);
        if (noDataOut(task)) {
            task.detail(ZEROES);
            next(task);
        } else {
            task.awaitScratch();
        }
    }

    /** No anchoring, no obsolete bits; a count of 0 is not "to the end" (WSNZ). */
    private static boolean fieldsSupported(Task task, long blocks) {
        int unsupported =
                Sbc.WRITE_SAME_ANCHOR
                        | Sbc.WRITE_SAME_PBDATA_LBDATA
                        | (task.cdbBytes() == Cdb.LENGTH_10 ? Sbc.WRITE_SAME_NDOB : 0);
        return !Cdb.has(task.cdb(), 1, unsupported)
                && blocks != 0
                && blocks <= task.geometry().maxWriteSameBlocks();
    }

    private static boolean noDataOut(Task task) {
        return Cdb.has(task.cdb(), 1, Sbc.WRITE_SAME_NDOB);
    }

    /**
     * An initiator that sends less or more than a block takes the block for another size, and would
     * fill the disk with something else than it means.
     */
    private static boolean oneBlockSent(Task task) {
        long sent = task.command().dataOut().lengthBytes();
        return noDataOut(task) || sent == task.geometry().blockBytes();
    }

    private static int blockBytes(Task task) {
        return noDataOut(task) ? 0 : task.geometry().blockBytes();
    }

    @Override
    public void scratchReady(Task task) {
        Scratch scratch = task.scratch();
        int block = task.geometry().blockBytes();
        // Copied before it is looked at: the initiator could change it in between.
        task.command().dataOut().copyTo(0, scratch.segment(), 0, block);
        if (scratch.isZero(block)) {
            task.detail(ZEROES);
        } else {
            task.detail(PATTERN);
            scratch.repeat(block);
        }
        next(task);
    }

    @Override
    public void completed(Task task, int result) {
        if (task.advance()) {
            task.goodOnceDurable(blockBytes(task));
        } else {
            next(task);
        }
    }

    private static void next(Task task) {
        Geometry geometry = task.geometry();
        if (task.detail() == ZEROES) {
            boolean unmap = Cdb.has(task.cdb(), 1, Sbc.WRITE_SAME_UNMAP) && geometry.thin();
            task.writeZeroes(
                    task.nextBytes(geometry.maxZeroBytes()),
                    unmap ? IoFlags.MAY_UNMAP : IoFlags.NONE);
        } else {
            int max = Math.min(Scratch.maxRepeatedBytes(), geometry.maxTransferBytes());
            task.write(task.scratch().repeated(task.nextBytes(max)));
        }
    }
}
