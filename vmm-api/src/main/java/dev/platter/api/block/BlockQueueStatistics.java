package dev.platter.api.block;

/**
 * What a queue asked of its host, as counts of host operations since it was opened.
 *
 * @param reads plain reads
 * @param writes writes without a durability promise
 * @param durableWrites writes that the host made durable in the same operation ({@code RWF_DSYNC})
 * @param syncs explicit synchronisations ({@code fdatasync}), a durable write's included
 * @param elidedFlushes flush requests answered without a host operation: nothing to flush, or
 *     another flush covered them
 * @param zeroes writes of zeroes
 * @param discards discards
 * @param bounced requests that went through an aligned bounce buffer
 * @param errors requests that completed with an error
 */
public record BlockQueueStatistics(
        long reads,
        long writes,
        long durableWrites,
        long syncs,
        long elidedFlushes,
        long zeroes,
        long discards,
        long bounced,
        long errors) {
    /** All counts zero. */
    public static final BlockQueueStatistics ZERO =
            new BlockQueueStatistics(0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** The counts of both. */
    public BlockQueueStatistics plus(BlockQueueStatistics other) {
        return new BlockQueueStatistics(
                reads + other.reads,
                writes + other.writes,
                durableWrites + other.durableWrites,
                syncs + other.syncs,
                elidedFlushes + other.elidedFlushes,
                zeroes + other.zeroes,
                discards + other.discards,
                bounced + other.bounced,
                errors + other.errors);
    }

    /** These counts less an earlier reading. */
    public BlockQueueStatistics minus(BlockQueueStatistics earlier) {
        return new BlockQueueStatistics(
                reads - earlier.reads,
                writes - earlier.writes,
                durableWrites - earlier.durableWrites,
                syncs - earlier.syncs,
                elidedFlushes - earlier.elidedFlushes,
                zeroes - earlier.zeroes,
                discards - earlier.discards,
                bounced - earlier.bounced,
                errors - earlier.errors);
    }
}
