package dev.platter.scsi;

/**
 * Is told how a set of logical units changes. Called by the thread that changes it, one call at a
 * time, when the change is visible to {@link ScsiTargets#units()}; must neither block nor throw.
 */
public interface UnitListener {
    /** A logical unit has come. */
    default void attached(int target, int lun) {}

    /** A logical unit is being taken away: the next command does not find it. */
    default void detached(int target, int lun) {}

    /** A logical unit has another capacity. */
    default void capacityChanged(int target, int lun) {}
}
