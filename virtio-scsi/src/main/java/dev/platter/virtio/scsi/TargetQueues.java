package dev.platter.virtio.scsi;

import dev.platter.api.device.EventLoop;
import dev.platter.api.device.Notifier;
import dev.platter.scsi.CommandSink;
import dev.platter.scsi.InitiatorPort;
import dev.platter.scsi.ScsiCommand;
import dev.platter.scsi.ScsiTarget;
import dev.platter.scsi.ScsiTargetQueue;
import dev.platter.scsi.ScsiTargets;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** One request queue's way to the targets: to each a queue of its own. The owner thread's. */
final class TargetQueues {
    private final ScsiTargets targets;
    private final InitiatorPort initiator;
    private final ScsiCommand[] commands;
    private final CommandSink sink;
    private final Notifier wake;
    private final @Nullable EventLoop loop;
    private final @Nullable ScsiTargetQueue[] byTarget =
            new @Nullable ScsiTargetQueue[ScsiTargets.MAX_TARGET + 1];
    private ScsiTargetQueue[] open = {};
    private int seenChanges;

    /**
     * Opens a queue to each target.
     *
     * @param initiator who the commands are of
     * @param commands one for each slot
     * @param sink where ended commands go
     * @param wake signalled by any thread when the owner should {@link #poll}
     * @param loop what the owner waits in, if the device is given one
     */
    TargetQueues(
            ScsiTargets targets,
            InitiatorPort initiator,
            ScsiCommand[] commands,
            CommandSink sink,
            Notifier wake,
            @Nullable EventLoop loop) {
        this.targets = targets;
        this.initiator = initiator;
        this.commands = commands;
        this.sink = sink;
        this.wake = wake;
        this.loop = loop;
        seenChanges = targets.changes();
        follow();
    }

    /** Follows what has happened to the targets; one load where nothing has. */
    void update() {
        int changes = targets.changes();
        if (changes != seenChanges) {
            seenChanges = changes;
            follow();
        }
    }

    /** Whether there is something to follow. */
    boolean mustUpdate() {
        return targets.changes() != seenChanges;
    }

    private void follow() {
        for (int id = 0; id < byTarget.length; id++) {
            ScsiTargetQueue queue = byTarget[id];
            ScsiTarget target = targets.target(id);
            if (queue != null) {
                queue.update();
            } else if (target != null) {
                open(id, target);
            }
        }
    }

    private void open(int id, ScsiTarget target) {
        ScsiTargetQueue queue =
                target.openQueue(initiator, commands.length, commands, sink, wake::signal, loop);
        byTarget[id] = queue;
        open = Arrays.copyOf(open, open.length + 1);
        open[open.length - 1] = queue;
    }

    /** The queue to a target, or null if it has no logical unit. */
    @Nullable ScsiTargetQueue queue(int target) {
        ScsiTargetQueue queue = byTarget[target];
        return queue == null || queue.isEmpty() ? null : queue;
    }

    /** Asks that a command in flight be given up, whose unit may have been taken away since. */
    void abort(int target, ScsiCommand command) {
        ScsiTargetQueue queue = byTarget[target];
        if (queue != null) {
            queue.abort(command);
        }
    }

    /** Gives time to each target that has commands in flight; how much there was to do. */
    int poll() {
        int work = 0;
        for (ScsiTargetQueue queue : open) {
            if (queue.isActive()) {
                work += queue.poll();
            }
        }
        return work;
    }

    /** Whether there is something that only another poll brings forward. */
    boolean mustPoll() {
        for (ScsiTargetQueue queue : open) {
            if (queue.mustPoll()) {
                return true;
            }
        }
        return false;
    }

    /** See {@link dev.platter.api.device.QueueHandler#completionFds}. */
    void completionFds(IntConsumer consumer) {
        for (ScsiTargetQueue queue : open) {
            queue.completionFds(consumer);
        }
    }

    /**
     * Closes all; nothing is in flight.
     *
     * @throws IllegalStateException if something was, after all the others have been closed
     */
    void close() {
        IllegalStateException first = null;
        for (ScsiTargetQueue queue : open) {
            try {
                queue.close();
            } catch (IllegalStateException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
