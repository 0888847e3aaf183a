package dev.platter.scsi;

import dev.platter.api.device.EventLoop;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The logical units of one target. All methods may be called by any thread. The units change
 * through {@link ScsiTargets} only.
 */
public final class ScsiTarget {
    /** The largest logical unit number: what flat space addressing holds (SAM-5 §4.7.7.3). */
    public static final int MAX_LUN = 16383;

    /** The units at one moment; never changed. */
    record Inventory(NavigableMap<Integer, LogicalUnit> units, LunInventory luns) {
        static Inventory of(Map<Integer, LogicalUnit> units) {
            return new Inventory(new TreeMap<>(units), new LunInventory(units.keySet()));
        }
    }

    private volatile Inventory inventory;

    /** A target without a logical unit yet. */
    ScsiTarget() {
        inventory = Inventory.of(Map.of());
    }

    /**
     * A target.
     *
     * @param units the logical units by number, 0 to {@link #MAX_LUN}; one at least
     * @throws IllegalArgumentException if there is none, or a number is out of range
     */
    public ScsiTarget(Map<Integer, LogicalUnit> units) {
        if (units.isEmpty()) {
            throw new IllegalArgumentException("a target needs one logical unit at least");
        }
        units.keySet().forEach(ScsiTarget::requireLun);
        inventory = Inventory.of(units);
    }

    static void requireLun(int lun) {
        if (lun < 0 || lun > MAX_LUN) {
            throw new IllegalArgumentException("lun=" + lun + " is not between 0 and " + MAX_LUN);
        }
    }

    Inventory inventory() {
        return inventory;
    }

    /** Puts a unit in; the others tell their initiators. One thread at a time. */
    void attach(int lun, LogicalUnit unit) {
        TreeMap<Integer, LogicalUnit> units = new TreeMap<>(inventory.units);
        units.put(lun, unit);
        change(units, unit);
    }

    /** Takes a unit out; the others tell their initiators. One thread at a time. */
    CompletableFuture<LogicalUnit> detach(int lun, LogicalUnit unit) {
        TreeMap<Integer, LogicalUnit> units = new TreeMap<>(inventory.units);
        units.remove(lun);
        change(units, unit);
        return unit.leave();
    }

    /** SPC-5 §6.33: a change of the inventory is a unit attention of each unit in it. */
    private void change(NavigableMap<Integer, LogicalUnit> units, LogicalUnit but) {
        inventory = Inventory.of(units);
        for (LogicalUnit unit : units.values()) {
            if (unit != but) {
                unit.attention(AdditionalSense.REPORTED_LUNS_DATA_HAS_CHANGED);
            }
        }
    }

    /** Whether there is a logical unit of this number. */
    public boolean hasUnit(int lun) {
        return inventory.units.containsKey(lun);
    }

    /** Whether there is no logical unit at all: initiators find no target. */
    public boolean isEmpty() {
        return inventory.units.isEmpty();
    }

    /** Opens a queue of the only initiator, whose owner polls as long as something is in flight. */
    public ScsiTargetQueue openQueue(int slots, ScsiCommand[] commands, CommandSink sink) {
        return openQueue(InitiatorPort.DEFAULT, slots, commands, sink, () -> {}, null);
    }

    /**
     * Opens a queue to all logical units; the calling thread, or the one it hands the queue to,
     * becomes its owner. A unit whose backend lacks the means fails its commands; the others run.
     *
     * @param initiator who the queue's commands are of
     * @param slots how many commands can be in flight, 1 or more
     * @param commands the command of each slot, at its slot number
     * @param sink where ended commands go
     * @param wake run by any thread when the owner should poll the queue; must not block
     * @param loop what the owner waits in; null if the owner waits for the queue's descriptors
     */
    public ScsiTargetQueue openQueue(
            InitiatorPort initiator,
            int slots,
            ScsiCommand[] commands,
            CommandSink sink,
            Runnable wake,
            @Nullable EventLoop loop) {
        if (slots < 1 || commands.length < slots) {
            throw new IllegalArgumentException("each of one or more slots needs a command");
        }
        return new ScsiTargetQueue(
                this, new QueueOwner(initiator, slots, commands, sink, wake, loop));
    }

    /**
     * LOGICAL UNIT RESET (SAM-5 §7.7) as far as it concerns the unit's state: the next command
     * finds a unit attention. WCE stays as it is. Commands in flight are the caller's to wait for.
     */
    public void logicalUnitReset(int lun) {
        LogicalUnit unit = inventory.units.get(lun);
        if (unit != null) {
            unit.reset();
        }
    }

    /**
     * CLEAR TASK SET (SAM-5 §7.5) as far as it concerns the unit's state: the other initiators,
     * whose tasks may have been cleared, are told.
     */
    public void taskSetCleared(int lun, InitiatorPort by) {
        LogicalUnit unit = inventory.units.get(lun);
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
        inventory.units.values().forEach(unit -> unit.nexusReset(initiator));
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
        inventory.units.values().forEach(unit -> unit.restart(initiator));
    }
}
