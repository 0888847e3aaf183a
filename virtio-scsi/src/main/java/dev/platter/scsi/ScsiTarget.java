package dev.platter.scsi;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.device.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The logical units of one target. All methods may be called by any thread. */
public final class ScsiTarget {
    /** The largest logical unit number: what flat space addressing holds (SAM-5 §4.7.7.3). */
    public static final int MAX_LUN = 16383;

    private final TreeMap<Integer, LogicalUnit> units;
    private final LunInventory inventory;

    /**
     * A target.
     *
     * @param units the logical units by number, 0 to {@link #MAX_LUN}; one at least
     * @throws IllegalArgumentException if there is none, or a number is out of range
     */
    public ScsiTarget(Map<Integer, LogicalUnit> units) {
        this.units = new TreeMap<>(units);
        if (units.isEmpty()) {
            throw new IllegalArgumentException("a target needs one logical unit at least");
        }
        if (this.units.firstKey() < 0 || this.units.lastKey() > MAX_LUN) {
            throw new IllegalArgumentException("lun must be from 0 to " + MAX_LUN);
        }
        inventory = new LunInventory(units.keySet());
    }

    /** Whether there is a logical unit of this number. */
    public boolean hasUnit(int lun) {
        return units.containsKey(lun);
    }

    /** Opens a queue of the only initiator, whose owner polls as long as something is in flight. */
    public ScsiTargetQueue openQueue(int slots, ScsiCommand[] commands, CommandSink sink)
            throws BackendException {
        return openQueue(InitiatorPort.DEFAULT, slots, commands, sink, () -> {}, null);
    }

    /**
     * Opens a queue to all logical units; the calling thread, or the one it hands the queue to,
     * becomes its owner.
     *
     * @param initiator who the queue's commands are of
     * @param slots how many commands can be in flight, 1 or more
     * @param commands the command of each slot, at its slot number
     * @param sink where ended commands go
     * @param wake run by any thread when the owner should poll the queue; must not block
     * @param loop what the owner waits in; null if the owner waits for the queue's descriptors
     * @throws BackendException if a backend lacks the means; then nothing stays open
     */
    public ScsiTargetQueue openQueue(
            InitiatorPort initiator,
            int slots,
            ScsiCommand[] commands,
            CommandSink sink,
            Runnable wake,
            @Nullable EventLoop loop)
            throws BackendException {
        if (slots < 1 || commands.length < slots) {
            throw new IllegalArgumentException("each of one or more slots needs a command");
        }
        @Nullable LogicalUnitQueue[] byLun = new LogicalUnitQueue[units.lastKey() + 1];
        List<LogicalUnitQueue> queues = new ArrayList<>();
        boolean opened = false;
        try {
            for (Map.Entry<Integer, LogicalUnit> entry : units.entrySet()) {
                LogicalUnit unit = entry.getValue();
                BlockBackend backend = unit.backend();
                BlockQueue blockQueue =
                        loop == null ? backend.openQueue(slots) : backend.openQueue(slots, loop);
                LogicalUnitQueue queue =
                        new LogicalUnitQueue(
                                unit,
                                unit.nexus(initiator),
                                inventory,
                                blockQueue,
                                loop,
                                slots,
                                commands,
                                sink,
                                wake);
                byLun[entry.getKey()] = queue;
                queues.add(queue);
            }
            opened = true;
        } finally {
            if (!opened) {
                queues.forEach(LogicalUnitQueue::close);
            }
        }
        MissingUnit missing = new MissingUnit(inventory, units.firstEntry().getValue().options());
        return new ScsiTargetQueue(byLun, queues.toArray(new LogicalUnitQueue[0]), missing, sink);
    }

    /**
     * LOGICAL UNIT RESET (SAM-5 §7.7) as far as it concerns the unit's state: the next command
     * finds a unit attention. WCE stays as it is. Commands in flight are the caller's to wait for.
     */
    public void logicalUnitReset(int lun) {
        LogicalUnit unit = units.get(lun);
        if (unit != null) {
            unit.reset();
        }
    }

    /**
     * CLEAR TASK SET (SAM-5 §7.5) as far as it concerns the unit's state: the other initiators,
     * whose tasks may have been cleared, are told.
     */
    public void taskSetCleared(int lun, InitiatorPort by) {
        LogicalUnit unit = units.get(lun);
        if (unit != null) {
            unit.attentionOfOthers(unit.nexus(by), AdditionalSense.COMMANDS_CLEARED);
        }
    }

    /** An {@link #nexusReset(InitiatorPort)} of the only initiator. */
    public void nexusReset() {
        nexusReset(InitiatorPort.DEFAULT);
    }

    /**
     * I_T NEXUS RESET (SAM-5 §7.6): what the units keep for this initiator alone ends, and its next
     * command finds a unit attention.
     */
    public void nexusReset(InitiatorPort initiator) {
        units.values().forEach(unit -> unit.nexusReset(initiator));
    }

    /** A {@link #deviceReset(InitiatorPort)} of the only initiator. */
    public void deviceReset() {
        deviceReset(InitiatorPort.DEFAULT);
    }

    /**
     * A new driver takes over at this initiator, and reads the mode pages again: every unit that no
     * other initiator uses returns to its configured mode parameters, and has a unit attention
     * pending for this one. No command of the initiator is in flight.
     */
    public void deviceReset(InitiatorPort initiator) {
        units.values().forEach(unit -> unit.restart(initiator));
    }
}
