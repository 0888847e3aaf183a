package dev.platter.scsi;

import dev.platter.api.block.BackendException;
import java.util.Map;

/** The logical units of one target. All methods may be called by any thread. */
public final class ScsiTarget {
    private final Map<Integer, LogicalUnit> units;

    /**
     * A target.
     *
     * @param units the logical units by number, 0 to 16383; one at least
     */
    public ScsiTarget(Map<Integer, LogicalUnit> units) {
        this.units = Map.copyOf(units);
    }

    /** Whether there is a logical unit of this number. */
    public boolean hasUnit(int lun) {
        return units.containsKey(lun);
    }

    /**
     * Opens a queue to all logical units; the calling thread, or the one it hands the queue to,
     * becomes its owner.
     *
     * @param slots how many commands can be in flight
     * @param commands the command of each slot, at its slot number
     * @param sink where ended commands go
     * @throws BackendException if a backend lacks the means; then nothing stays open
     */
    public ScsiTargetQueue openQueue(int slots, ScsiCommand[] commands, CommandSink sink)
            throws BackendException {
        return new ScsiTargetQueue(slots, commands, sink);
    }

    /**
     * LOGICAL UNIT RESET (SAM-5 §7.7) as far as it concerns the unit's state: the next command
     * finds a unit attention. WCE stays as it is. Commands in flight are the caller's to wait for.
     */
    public void logicalUnitReset(int lun) {}

    /** I_T NEXUS RESET (SAM-5 §7.6): a {@link #logicalUnitReset} of every unit. */
    public void nexusReset() {}

    /**
     * A new driver takes over, and reads the mode pages again: every unit returns to its configured
     * WCE and has a unit attention pending. No queue is open.
     */
    public void deviceReset() {}
}
