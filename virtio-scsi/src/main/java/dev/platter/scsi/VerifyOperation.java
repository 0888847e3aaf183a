package dev.platter.scsi;

/**
 * VERIFY(10), (12), (16) (SBC-4 §5.36 to §5.38) and the second half of WRITE AND VERIFY: the blocks
 * are read from the medium, after a flush, and compared as BYTCHK says.
 */
final class VerifyOperation implements Operation {
    static final VerifyOperation VERIFY = new VerifyOperation(false);

    /** What a WRITE AND VERIFY goes on with: what it wrote with FUA needs no flush. */
    static final VerifyOperation AFTER_WRITE = new VerifyOperation(true);

    private static final int FLUSHING = 0;
    private static final int READING = 1;

    private final boolean afterWrite;

    private VerifyOperation(boolean afterWrite) {
        this.afterWrite = afterWrite;
    }

    /** The BYTCHK field of VERIFY and WRITE AND VERIFY. */
    static int byteCheck(Task task) {
        return (Cdb.u8(task.cdb(), 1) >> Sbc.BYTCHK_SHIFT) & Sbc.BYTCHK_MASK;
    }

    @Override
    public void start(Task task) {
        if (afterWrite) {
            task.startOver();
            task.awaitScratch();
        } else {
            startVerify(task);
        }
    }

    private static void startVerify(Task task) {
        long blocks = Cdb.length(task.cdb(), task.cdbBytes());
        int byteCheck = byteCheck(task);
        // The initiator's memory bounds a comparison, but nothing bounds reading without one: there
        // the maximum transfer length of the block limits page holds.
        boolean bounded =
                byteCheck == Sbc.BYTCHK_COMPARE || blocks <= task.geometry().maxTransferBlocks();
        if (!BlockChecks.unprotected(task)
                || !BlockChecks.require(task, byteCheck != Sbc.BYTCHK_RESERVED)
                || !BlockChecks.inRange(task, blocks)
                || !BlockChecks.require(task, bounded)
                || !BlockChecks.fits(
                        task, task.command().dataOut().lengthBytes(), dataOutBytes(task))) {
            return;
        }
        if (blocks == 0) {
            task.good(0);
        } else {
            task.awaitScratch();
        }
    }

    private static long dataOutBytes(Task task) {
        return switch (byteCheck(task)) {
            case Sbc.BYTCHK_COMPARE -> task.lengthBytes();
            case Sbc.BYTCHK_ONE_BLOCK -> task.lengthBytes() == 0 ? 0 : task.geometry().blockBytes();
            default -> 0;
        };
    }

    @Override
    public void scratchReady(Task task) {
        if (!afterWrite && task.unit().flushes()) {
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
            return;
        }
        long difference = mismatch(task, result);
        if (difference >= 0) {
            task.miscompare(difference);
        } else if (task.advance()) {
            task.good(afterWrite ? task.lengthBytes() : dataOutBytes(task));
        } else {
            next(task);
        }
    }

    /** Where in the data-out buffer the first difference is, or -1. */
    private static long mismatch(Task task, int readBytes) {
        Scratch scratch = task.scratch();
        int block = task.geometry().blockBytes();
        return switch (byteCheck(task)) {
            case Sbc.BYTCHK_COMPARE -> {
                long at = scratch.mismatch(task.command().dataOut(), task.doneBytes(), readBytes);
                yield at < 0 ? -1 : task.doneBytes() + at;
            }
            case Sbc.BYTCHK_ONE_BLOCK -> {
                long at = scratch.mismatchOfBlocks(task.command().dataOut(), block, readBytes);
                yield at < 0 ? -1 : at % block;
            }
            default -> -1;
        };
    }

    private static void next(Task task) {
        int max = Math.min(Scratch.BYTES, task.geometry().maxTransferBytes());
        task.read(task.scratch().repeated(task.nextBytes(max)));
    }
}
