package dev.platter.scsi;

import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** The logical units between which EXTENDED COPY copies, by their designators. Thread-safe. */
public final class UnitDirectory {
    private final CopyOnWriteArrayList<LogicalUnit> units = new CopyOnWriteArrayList<>();

    /** An empty directory. */
    public UnitDirectory() {}

    /** Adds a unit, which becomes a source and a destination for the others. */
    public void add(LogicalUnit unit) {
        units.add(unit);
        unit.directory(this);
    }

    /** Removes a unit; copies that have begun go on. */
    public void remove(LogicalUnit unit) {
        units.remove(unit);
    }

    /** The unit of a designator. */
    Optional<LogicalUnit> find(byte[] bytes, int designatorAt) {
        return units.stream()
                .filter(unit -> unit.inquiry().isDesignatedBy(bytes, designatorAt))
                .findFirst();
    }
}
