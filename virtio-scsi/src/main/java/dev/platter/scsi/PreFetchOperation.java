package dev.platter.scsi;

/**
 * PRE-FETCH(10), (16) (SBC-4 §5.15, §5.16): reads the blocks, as many as one scratch buffer takes
 * at a time, so that the host's page cache has them. Nobody knows how many of them it keeps: the
 * status is GOOD, which promises nothing, and never CONDITION MET. With IMMED, or where the page
 * cache is bypassed, it is GOOD at once.
 */
final class PreFetchOperation implements Operation {
    static final PreFetchOperation INSTANCE = new PreFetchOperation();

    private static final int IMMED = 0x02;

    private PreFetchOperation() {}

    @Override
    public void start(Task task) {
        Geometry geometry = task.geometry();
        long lba = Cdb.lba(task.cdb(), task.cdbBytes());
        long blocks = Cdb.length(task.cdb(), task.cdbBytes());
        if (!BlockChecks.inRange(task, lba, blocks)) {
            return;
        }
        // A length of 0 is "to the end"; what is fetched is bounded like any other read.
        long fetched = blocks == 0 ? geometry.blockCount() - lba : blocks;
        fetched = Math.min(fetched, geometry.maxTransferBlocks());
        boolean pointless =
                Cdb.has(task.cdb(), 1, IMMED) || task.unit().options().cacheMode().direct();
        if (fetched == 0 || pointless) {
            task.good(0);
        } else {
            task.range(lba, fetched);
            task.awaitScratch();
        }
    }

    @Override
    public void scratchReady(Task task) {
        next(task);
    }

    @Override
    public void completed(Task task, int result) {
        if (task.advance()) {
            task.good(0);
        } else {
            next(task);
        }
    }

    private static void next(Task task) {
        int max = Math.min(Scratch.BYTES, task.geometry().maxTransferBytes());
        task.read(task.scratch().repeated(task.nextBytes(max)));
    }
}
