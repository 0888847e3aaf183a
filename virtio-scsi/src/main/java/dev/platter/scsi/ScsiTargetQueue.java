package dev.platter.scsi;

import dev.platter.api.block.BackendException;
import java.util.Arrays;
import java.util.Map;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One queue's way to the logical units of a target. All methods are the owner thread's.
 *
 * <p>The target's units may change at any time; the queue follows in {@link #update}. The commands
 * of a unit that has been taken away are given up, and when the last has ended its queue is closed.
 */
public final class ScsiTargetQueue implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ScsiTargetQueue.class);
    private static final LogicalUnitQueue[] NONE = {};

    private final ScsiTarget target;
    private final QueueOwner owner;
    private final CommandSink sink;

    /** The queue that each slot's last command went to. */
    private final @Nullable LogicalUnitQueue[] bySlot;

    private ScsiTarget.@Nullable Inventory seen;

    /** By logical unit number, null where there is none. */
    private @Nullable LogicalUnitQueue[] byLun = NONE;

    /** The same without gaps, behind those of units that leave. */
    private LogicalUnitQueue[] queues = NONE;

    /** How many of the queues are of units that leave. */
    private int leaving;

    private MissingUnit missing;

    ScsiTargetQueue(ScsiTarget target, QueueOwner owner) {
        this.target = target;
        this.owner = owner;
        sink = owner.sink();
        bySlot = new @Nullable LogicalUnitQueue[owner.slots()];
        missing = new MissingUnit(target.inventory().luns(), LogicalUnitOptions.builder().build());
        update();
    }

    /**
     * Follows the target's units: opens queues to new ones, gives up the commands of those that
     * leave. One load where nothing has changed.
     */
    @SuppressWarnings("ReferenceEquality") // Each inventory is another object.
    public void update() {
        ScsiTarget.Inventory now = target.inventory();
        if (now != seen) {
            seen = now;
            follow(now);
        }
    }

    private void follow(ScsiTarget.Inventory now) {
        Map<Integer, LogicalUnit> units = now.units();
        @Nullable LogicalUnitQueue[] before = byLun;
        byLun = new LogicalUnitQueue[units.isEmpty() ? 0 : now.units().lastKey() + 1];
        if (!units.isEmpty()) {
            missing = new MissingUnit(now.luns(), now.units().firstEntry().getValue().options());
        }
        for (int lun = 0; lun < before.length; lun++) {
            LogicalUnitQueue queue = before[lun];
            if (queue != null && units.get(lun) == queue.unit()) {
                queue.inventory(now.luns());
                byLun[lun] = queue;
            }
        }
        LogicalUnitQueue[] old = queues;
        units.forEach((lun, unit) -> open(lun, unit, now.luns()));
        settle(old);
        for (LogicalUnitQueue queue : Arrays.copyOf(queues, leaving)) {
            abortAll(queue);
        }
        closeEmptied();
    }

    private void open(int lun, LogicalUnit unit, LunInventory luns) {
        if (byLun[lun] != null) {
            return;
        }
        try {
            LogicalUnitQueue queue = owner.open(unit, luns);
            byLun[lun] = queue;
        } catch (BackendException | RuntimeException e) {
            LOG.error("{} cannot be reached: {}", unit.backend().description(), e.toString(), e);
        }
    }

    /** Puts the queues in order again: those that leave, then those that stay. */
    private void settle(LogicalUnitQueue[] old) {
        LogicalUnitQueue[] stay =
                Arrays.stream(byLun)
                        .filter(queue -> queue != null)
                        .toArray(LogicalUnitQueue[]::new);
        LogicalUnitQueue[] go =
                Arrays.stream(old)
                        .filter(queue -> Arrays.stream(byLun).noneMatch(kept -> kept == queue))
                        .toArray(LogicalUnitQueue[]::new);
        leaving = go.length;
        queues = Arrays.copyOf(go, go.length + stay.length);
        System.arraycopy(stay, 0, queues, go.length, stay.length);
    }

    private void abortAll(LogicalUnitQueue queue) {
        for (int slot = 0; slot < bySlot.length; slot++) {
            if (bySlot[slot] == queue && queue.isRunning(slot)) {
                queue.abort(slot);
            }
        }
    }

    /** Closes the queues that leave and have nothing in flight. */
    private void closeEmptied() {
        for (int i = leaving - 1; i >= 0; i--) {
            LogicalUnitQueue queue = queues[i];
            if (queue.inFlight() == 0) {
                LogicalUnitQueue[] rest = new LogicalUnitQueue[queues.length - 1];
                System.arraycopy(queues, 0, rest, 0, i);
                System.arraycopy(queues, i + 1, rest, i, rest.length - i);
                queues = rest;
                leaving--;
                forget(queue);
                queue.close();
            }
        }
    }

    private void forget(LogicalUnitQueue queue) {
        for (int slot = 0; slot < bySlot.length; slot++) {
            if (bySlot[slot] == queue) {
                bySlot[slot] = null;
            }
        }
    }

    /** Whether a {@link #poll} can bring something forward. */
    public boolean isActive() {
        return leaving > 0 || inFlight() > 0;
    }

    /** Whether the target had no unit at the last {@link #update}: initiators find no target. */
    public boolean isEmpty() {
        return byLun.length == 0;
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
            if (seen != null && seen.units().containsKey(lun)) {
                command.checkCondition(
                        SenseKey.HARDWARE_ERROR, AdditionalSense.INTERNAL_TARGET_FAILURE);
            } else {
                missing.answer(lun, command);
            }
            sink.ended(command);
        } else {
            bySlot[command.slot()] = queue;
            queue.start(command.slot());
        }
    }

    /**
     * Asks that a command be given up, as soon as possible. It ends once all the same, now or in a
     * later {@link #poll}: {@linkplain ScsiCommand#aborted aborted}, or as it ended before it could
     * be given up.
     *
     * @param command one that is in flight here
     */
    public void abort(ScsiCommand command) {
        LogicalUnitQueue queue = bySlot[command.slot()];
        if (queue != null) {
            queue.abort(command.slot());
        }
    }

    /**
     * Hands submitted requests to the backends and ends what has completed; those of a loop's own
     * queues are handed over in its turn.
     *
     * @return how many backend requests completed
     */
    public int poll() {
        int completions = 0;
        for (LogicalUnitQueue queue : queues) {
            completions += queue.poll();
        }
        if (leaving > 0) {
            closeEmptied();
        }
        return completions;
    }

    /** Whether to poll again before waiting, as there may be something that nothing announces. */
    public boolean mustPoll() {
        for (LogicalUnitQueue queue : queues) {
            if (queue.mustPoll()) {
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

    /**
     * Names the descriptors that become readable when {@link #poll} would find a completion; none
     * where the queue was opened with a loop. Of units that come later nothing is named: while one
     * has commands in flight, {@link #mustPoll} asks to be polled.
     */
    public void completionFds(IntConsumer consumer) {
        for (LogicalUnitQueue queue : queues) {
            int fd = queue.completionFd();
            if (fd >= 0) {
                consumer.accept(fd);
                queue.announced();
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
