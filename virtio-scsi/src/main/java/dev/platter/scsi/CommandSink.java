package dev.platter.scsi;

/** Where a queue's ended commands go; called by the owner thread of the queue. */
@FunctionalInterface
public interface CommandSink {
    /** The command has its status, and is the transport's again. */
    void ended(ScsiCommand command);
}
