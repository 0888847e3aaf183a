package dev.platter.backend.file;

import dev.platter.api.block.BlockQueueStatistics;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The counters of one queue. Its owner thread alone counts; any thread may take a {@link
 * #snapshot}.
 *
 * <p>Opaque access is enough: each number is read whole and never goes back, but two numbers of a
 * snapshot may belong to different moments. With a single writer, reading the old value plainly and
 * storing the new one loses no count, and needs no locked instruction.
 */
public final class IoCounters {
    private static final int READS = 0;
    private static final int WRITES = 1;
    private static final int DURABLE_WRITES = 2;
    private static final int SYNCS = 3;
    private static final int ELIDED_FLUSHES = 4;
    private static final int ZEROES = 5;
    private static final int DISCARDS = 6;
    private static final int BOUNCED = 7;
    private static final int ERRORS = 8;

    private final AtomicLongArray counts = new AtomicLongArray(9);

    /** All counts zero. */
    public IoCounters() {}

    /** Counts a read of the host. */
    public void countRead() {
        count(READS);
    }

    /** Counts a write that the host did not make durable. */
    public void countWrite() {
        count(WRITES);
    }

    /** Counts a write that the host made durable in the same operation. */
    public void countDurableWrite() {
        count(DURABLE_WRITES);
    }

    /** Counts an explicit synchronisation. */
    public void countSync() {
        count(SYNCS);
    }

    /** Counts a flush that needed no synchronisation of its own. */
    public void countElidedFlush() {
        count(ELIDED_FLUSHES);
    }

    /** Counts a write of zeroes. */
    public void countZeroes() {
        count(ZEROES);
    }

    /** Counts a discard that went to the host. */
    public void countDiscard() {
        count(DISCARDS);
    }

    /** Counts a request that went through a bounce buffer. */
    public void countBounced() {
        count(BOUNCED);
    }

    /** Counts a request that completed with an error. */
    public void countError() {
        count(ERRORS);
    }

    private void count(int which) {
        counts.setOpaque(which, counts.getPlain(which) + 1);
    }

    /**
     * Moves these counts to a sum that several threads move theirs to; by the owner of these, while
     * the sum has no owner that counts.
     */
    public void moveTo(IoCounters sum) {
        for (int i = 0; i < counts.length(); i++) {
            long count = counts.getPlain(i);
            if (count != 0) {
                sum.counts.getAndAdd(i, count);
                counts.setPlain(i, 0);
            }
        }
    }

    /** The counts so far. */
    public BlockQueueStatistics snapshot() {
        return new BlockQueueStatistics(
                counts.getOpaque(READS),
                counts.getOpaque(WRITES),
                counts.getOpaque(DURABLE_WRITES),
                counts.getOpaque(SYNCS),
                counts.getOpaque(ELIDED_FLUSHES),
                counts.getOpaque(ZEROES),
                counts.getOpaque(DISCARDS),
                counts.getOpaque(BOUNCED),
                counts.getOpaque(ERRORS));
    }
}
