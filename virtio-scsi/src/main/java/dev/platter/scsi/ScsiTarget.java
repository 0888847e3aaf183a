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

    /**
     * Opens a queue to all logical units; the calling thread, or the one it hands the queue to,
     * becomes its owner.
     *
     * @param slots how many commands can be in flight, 1 or more
     * @param commands the command of each slot, at its slot number
     * @param sink where ended commands go
     * @throws BackendException if a backend lacks the means; then nothing stays open
     */
    public ScsiTargetQueue openQueue(int slots, ScsiCommand[] commands, CommandSink sink)
            throws BackendException {
        return openQueue(slots, commands, sink, null);
    }

    /**
     * Opens a queue to all logical units.
     *
     * @param slots how many commands can be in flight, 1 or more
     * @param commands the command of each slot, at its slot number
     * @param sink where ended commands go
     * @param loop what the owner waits in; null if the owner waits for the queue's descriptors
     * @throws BackendException if a backend lacks the means; then nothing stays open
     */
    public ScsiTargetQueue openQueue(
            int slots, ScsiCommand[] commands, CommandSink sink, @Nullable EventLoop loop)
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
                                unit, inventory, blockQueue, loop, slots, commands, sink);
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

    /** I_T NEXUS RESET (SAM-5 §7.6): a {@link #logicalUnitReset} of every unit. */
    public void nexusReset() {
        units.values().forEach(LogicalUnit::reset);
    }

    /**
     * A new driver takes over, and reads the mode pages again: every unit returns to its configured
     * WCE and has a unit attention pending. No command is in flight.
     */
    public void deviceReset() {
        units.values().forEach(LogicalUnit::restart);
    }
}
