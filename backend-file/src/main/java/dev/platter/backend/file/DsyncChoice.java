package dev.platter.backend.file;

/**
 * How durable writes are made, and why so.
 *
 * @param strategy the way
 * @param reason a clause for the log, without a capital or a full stop
 */
public record DsyncChoice(DurableWriteStrategy strategy, String reason) {
    static DsyncChoice rwf(String reason) {
        return new DsyncChoice(DurableWriteStrategy.RWF_DSYNC, reason);
    }

    static DsyncChoice fdatasync(String reason) {
        return new DsyncChoice(DurableWriteStrategy.WRITE_THEN_FDATASYNC, reason);
    }
}
