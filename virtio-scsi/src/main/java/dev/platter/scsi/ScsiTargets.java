package dev.platter.scsi;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The logical units that initiators see, by target and LUN: a set that can change while it is in
 * use. Several devices may share one. Thread-safe.
 */
public final class ScsiTargets {
    /** The largest target number: what a virtio-scsi request can name (VIRTIO 1.3 §5.6.6.1). */
    public static final int MAX_TARGET = 255;

    /** By number; one that is here stays, with no unit if need be. */
    private final AtomicReferenceArray<@Nullable ScsiTarget> targets =
            new AtomicReferenceArray<>(MAX_TARGET + 1);

    private final UnitDirectory directory = new UnitDirectory();
    private final CopyOnWriteArrayList<UnitListener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicInteger changes = new AtomicInteger();

    /**
     * A logical unit and where it is.
     *
     * @param target 0 to {@link #MAX_TARGET}
     * @param lun 0 to {@link ScsiTarget#MAX_LUN}
     */
    public record Place(int target, int lun, LogicalUnit unit) {}

    /** An empty set. */
    public ScsiTargets() {}

    /**
     * A set that begins with these targets, and owns them from now on.
     *
     * @throws IllegalArgumentException if a number is not between 0 and {@link #MAX_TARGET}
     */
    public ScsiTargets(Map<Integer, ScsiTarget> targets) {
        targets.keySet().forEach(ScsiTargets::requireTarget);
        targets.forEach(this.targets::set);
        for (Place place : units()) {
            place.unit().whenResized(() -> resized(place));
        }
    }

    private static void requireTarget(int target) {
        if (target < 0 || target > MAX_TARGET) {
            throw new IllegalArgumentException(
                    "target=" + target + " is not between 0 and " + MAX_TARGET);
        }
    }

    /**
     * Makes a unit visible to every initiator, and to the others' EXTENDED COPY. Each queue opens a
     * queue of its own to the unit, soon.
     *
     * @throws IllegalArgumentException in one sentence, if a number is out of range, the place is
     *     taken, or the unit is attached already or not yet free of its last place
     */
    public synchronized void attach(int target, int lun, LogicalUnit unit) {
        requireTarget(target);
        ScsiTarget.requireLun(lun);
        for (Place place : units()) {
            if (place.target() == target && place.lun() == lun) {
                throw new IllegalArgumentException(
                        "target=" + target + ",lun=" + lun + " has a disk already");
            }
            if (place.unit() == unit) {
                throw new IllegalArgumentException(
                        "the disk is attached already, as target="
                                + place.target()
                                + ",lun="
                                + place.lun());
            }
        }
        if (!unit.join()) {
            throw new IllegalArgumentException("the disk is still being detached");
        }
        ScsiTarget to = targets.get(target);
        if (to == null) {
            to = new ScsiTarget();
            targets.set(target, to);
        }
        Place place = new Place(target, lun, unit);
        unit.whenResized(() -> resized(place));
        directory.add(unit);
        to.attach(lun, unit);
        tell((listener, at) -> listener.attached(at.target(), at.lun()), place);
    }

    /**
     * Takes a unit away: the next command to it finds none. Commands in flight are given up; one
     * that the host does not let go of is waited for.
     *
     * @return completed with the unit when no queue and no copy uses its backend any more, which is
     *     then the caller's to flush and close; by the last user's thread, whose time what depends
     *     on it must not take: wait for it, or use the {@code Async} methods
     * @throws IllegalArgumentException in one sentence, if there is no such unit
     */
    public synchronized CompletableFuture<LogicalUnit> detach(int target, int lun) {
        requireTarget(target);
        ScsiTarget from = targets.get(target);
        LogicalUnit unit = from == null ? null : from.inventory().units().get(lun);
        if (from == null || unit == null) {
            throw new IllegalArgumentException("target=" + target + ",lun=" + lun + " has no disk");
        }
        unit.whenResized(() -> {});
        unit.directory().remove(unit);
        CompletableFuture<LogicalUnit> left = from.detach(lun, unit);
        tell(
                (listener, at) -> listener.detached(at.target(), at.lun()),
                new Place(target, lun, unit));
        return left;
    }

    /** The units at this moment, by target and LUN. */
    public List<Place> units() {
        List<Place> places = new ArrayList<>();
        for (int id = 0; id <= MAX_TARGET; id++) {
            ScsiTarget target = targets.get(id);
            if (target != null) {
                int number = id;
                target.inventory()
                        .units()
                        .forEach((lun, unit) -> places.add(new Place(number, lun, unit)));
            }
        }
        return places;
    }

    /** The target of a number, 0 to {@link #MAX_TARGET}; null, or empty, if it has no unit. */
    public @Nullable ScsiTarget target(int number) {
        return targets.get(number);
    }

    /**
     * Counts what has happened to the set, so that a reader can see with one load that nothing has.
     * It has grown by the time that the listeners are told.
     */
    public int changes() {
        return changes.get();
    }

    /** Has a listener told of what changes from now on. */
    public void listen(UnitListener listener) {
        listeners.add(listener);
    }

    /** Tells a listener nothing more; a call that is under way may still come. */
    public void unlisten(UnitListener listener) {
        listeners.remove(listener);
    }

    private synchronized void resized(Place place) {
        tell((listener, at) -> listener.capacityChanged(at.target(), at.lun()), place);
    }

    private void tell(BiConsumer<UnitListener, Place> change, Place place) {
        changes.incrementAndGet();
        listeners.forEach(listener -> change.accept(listener, place));
    }
}
