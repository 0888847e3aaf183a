package dev.platter.virtio.scsi;

import dev.platter.api.block.BackendException;
import dev.platter.api.device.EventLoop;
import dev.platter.api.device.Notifier;
import dev.platter.scsi.CommandSink;
import dev.platter.scsi.InitiatorPort;
import dev.platter.scsi.ScsiCommand;
import dev.platter.scsi.ScsiTarget;
import dev.platter.scsi.ScsiTargetQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request queue's way to the targets: to each a queue of its own, opened when the request queue
 * starts. A target whose queue the host cannot open fails its commands; the others run.
 */
final class TargetQueues {
    private static final Logger LOG = LoggerFactory.getLogger(TargetQueues.class);

    private final @Nullable ScsiTargetQueue[] byTarget =
            new @Nullable ScsiTargetQueue[VirtioScsi.MAX_TARGET + 1];
    private final boolean[] known = new boolean[VirtioScsi.MAX_TARGET + 1];
    private final ScsiTargetQueue[] open;

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
            int queueIndex,
            Map<Integer, ScsiTarget> targets,
            InitiatorPort initiator,
            ScsiCommand[] commands,
            CommandSink sink,
            Notifier wake,
            @Nullable EventLoop loop) {
        List<ScsiTargetQueue> opened = new ArrayList<>();
        targets.forEach(
                (id, target) -> {
                    known[id] = true;
                    try {
                        ScsiTargetQueue queue =
                                target.openQueue(
                                        initiator,
                                        commands.length,
                                        commands,
                                        sink,
                                        wake::signal,
                                        loop);
                        byTarget[id] = queue;
                        opened.add(queue);
                    } catch (BackendException e) {
                        LOG.error("queue {} cannot reach target {}: {}", queueIndex, id, e, e);
                    }
                });
        open = opened.toArray(ScsiTargetQueue[]::new);
    }

    /** Whether there is such a target. */
    boolean isTarget(int target) {
        return known[target];
    }

    /** The queue to a target, or null if there is none. */
    @Nullable ScsiTargetQueue queue(int target) {
        return byTarget[target];
    }

    /** Gives time to each target that has commands in flight; how much there was to do. */
    int poll() {
        int work = 0;
        for (ScsiTargetQueue queue : open) {
            if (queue.inFlight() > 0) {
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
