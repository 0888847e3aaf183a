package dev.platter.scsi;

import java.util.function.IntConsumer;

/** One queue's way to the logical units of a target. All methods are the owner thread's. */
public final class ScsiTargetQueue implements AutoCloseable {
    private final CommandSink sink;

    ScsiTargetQueue(int slots, ScsiCommand[] commands, CommandSink sink) {
        if (commands.length < slots) {
            throw new IllegalArgumentException("fewer commands than slots");
        }
        this.sink = sink;
    }

    /**
     * Starts a command; the sink may be called before this returns.
     *
     * @param lun the logical unit's number; any int
     * @param command one of the queue's commands, not in flight
     */
    public void start(int lun, ScsiCommand command) {
        command.end(2, 0);
        sink.ended(command);
    }

    /**
     * Hands submitted requests to the backends and ends what has completed.
     *
     * @return how many backend requests completed
     */
    public int poll() {
        return 0;
    }

    /** How many commands have started and not ended. */
    public int inFlight() {
        return 0;
    }

    /** Names the descriptors that become readable when {@link #poll} would find a completion. */
    public void completionFds(IntConsumer consumer) {}

    /** Ends the queue. Only with nothing in flight. */
    @Override
    public void close() {}
}
