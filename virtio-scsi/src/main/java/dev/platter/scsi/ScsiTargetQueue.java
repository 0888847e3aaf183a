package dev.platter.scsi;

import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** One queue's way to the logical units of a target. All methods are the owner thread's. */
public final class ScsiTargetQueue implements AutoCloseable {
    /** By logical unit number, null where there is none. */
    private final @Nullable LogicalUnitQueue[] byLun;

    /** The same without gaps. */
    private final LogicalUnitQueue[] queues;

    private final MissingUnit missing;
    private final CommandSink sink;

    ScsiTargetQueue(
            @Nullable LogicalUnitQueue[] byLun,
            LogicalUnitQueue[] queues,
            MissingUnit missing,
            CommandSink sink) {
        this.byLun = byLun;
        this.queues = queues;
        this.missing = missing;
        this.sink = sink;
    }

    /**
     * Starts a command; the sink may be called before this returns. Backend requests are handed to
     * the host by the next {@link #poll}.
     *
     * @param lun the logical unit's number; any int
     * @param command one of the queue's commands, cleared, filled in, and not in flight
     */
    public void start(int lun, ScsiCommand command) {
        LogicalUnitQueue queue = lun >= 0 && lun < byLun.length ? byLun[lun] : null;
        if (queue == null) {
            missing.answer(lun, command);
            sink.ended(command);
        } else {
            queue.start(command.slot());
        }
    }

    /**
     * Hands submitted requests to the backends and ends what has completed. After a positive answer
     * there may be new requests to hand over: poll again before waiting.
     *
     * @return how many backend requests completed
     */
    public int poll() {
        int completions = 0;
        for (LogicalUnitQueue queue : queues) {
            completions += queue.poll();
        }
        return completions;
    }

    /** Whether only calling {@link #poll} again and again gets things on. */
    public boolean mustPoll() {
        for (LogicalUnitQueue queue : queues) {
            if (queue.inFlight() > 0 && queue.mustPoll()) {
                return true;
            }
        }
        return false;
    }

    /** How many commands have started and not ended. */
    public int inFlight() {
        int sum = 0;
        for (LogicalUnitQueue queue : queues) {
            sum += queue.inFlight();
        }
        return sum;
    }

    /** Names the descriptors that become readable when {@link #poll} would find a completion. */
    public void completionFds(IntConsumer consumer) {
        for (LogicalUnitQueue queue : queues) {
            int fd = queue.completionFd();
            if (fd >= 0) {
                consumer.accept(fd);
            }
        }
    }

    /**
     * Ends the queue.
     *
     * @throws IllegalStateException with commands in flight; then nothing is closed
     */
    @Override
    public void close() {
        if (inFlight() > 0) {
            throw new IllegalStateException(inFlight() + " commands are in flight");
        }
        for (LogicalUnitQueue queue : queues) {
            queue.close();
        }
    }
}
