package dev.platter.conformance.model;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Whether one block is a linearizable register. Each read is judged by itself first: was what it
 * returned written, not yet overwritten, and not of the future? Then all reads together, by zones
 * (Gibbons and Korach, "Testing shared memories", 1997): the operations of one value lie between
 * the first completion and the last submission among them; two such forward zones must not overlap,
 * and none may hold a backward one, which is a value with no such gap.
 *
 * <p>Zeroes may be written by several operations, and then only the first check applies to them.
 * After a failed flush the host may show old contents again: then a read is only held to what is
 * stable.
 */
final class ReadCheck {
    private record Zone(int stamp, long first, long last) {
        boolean forward() {
            return first < last;
        }

        boolean conflicts(Zone forward) {
            return forward()
                    ? first < forward.last && forward.first < last
                    : forward.first < last && first < forward.last;
        }
    }

    private final History history;
    private final Promises promises;
    private final Stability stability;
    private final BlockHistory changes;
    private final int block;
    private final List<Violation> violations;

    ReadCheck(
            History history,
            Promises promises,
            Stability stability,
            BlockHistory changes,
            int block,
            List<Violation> violations) {
        this.history = history;
        this.promises = promises;
        this.stability = stability;
        this.changes = changes;
        this.block = block;
        this.violations = violations;
    }

    void run() {
        int before = violations.size();
        changes.reads().forEach(this::each);
        if (violations.size() == before && !changes.reads().isEmpty()) {
            together();
        }
    }

    private void each(Operation read) {
        int stamp = read.returned(block);
        if (stamp == history.base(block) && current(null, read)) {
            return;
        }
        boolean written = stamp == history.base(block);
        for (Operation change : changes.changes()) {
            if (leaves(change, stamp)) {
                written = true;
                if (change.submitted() < read.completed() && current(change, read)) {
                    return;
                }
            }
        }
        report(read, stamp, written);
    }

    private boolean leaves(Operation change, int stamp) {
        boolean anything = change.kind() == Kind.UNMAP && !promises.discardReadsZero();
        return anything || change.stamp() == stamp;
    }

    /** Whether a change, or the start, can still have been there for a read. */
    private boolean current(@Nullable Operation change, Operation read) {
        boolean mayRevert = read.completed() > stability.firstFailure();
        for (Operation later : changes.changes()) {
            if (later.ok()
                    && later.before(read)
                    && (change == null || change.before(later))
                    && (!mayRevert || stability.stable(later, block) != null)) {
                return false;
            }
        }
        return true;
    }

    private void report(Operation read, int stamp, boolean written) {
        if (stamp == Stamps.TORN) {
            if (promises.atomicReads() || !meetsAChange(read)) {
                add(Rule.TORN, read, "a read returned " + Stamps.describe(stamp));
            }
        } else if (written || history.isOlder(stamp) || stamp == Stamps.ZERO) {
            add(
                    Rule.READ,
                    read,
                    "a read returned "
                            + Stamps.describe(stamp)
                            + ", which is not what the block held at any time of the read");
        } else {
            add(Rule.FOREIGN, read, "a read returned " + Stamps.describe(stamp));
        }
    }

    private boolean meetsAChange(Operation read) {
        return changes.changes().stream()
                .anyMatch(change -> !change.before(read) && !read.before(change));
    }

    private void add(Rule rule, Operation read, String what) {
        violations.add(
                new Violation(rule, block, what + " of block " + block, around(read.completed())));
    }

    private List<Operation> around(long until) {
        List<Operation> around = new ArrayList<>();
        for (Operation operation : history.operations()) {
            boolean here = operation.covers(block) || operation.kind() == Kind.REOPEN;
            if (here && operation.submitted() <= until) {
                around.add(operation);
            }
        }
        return around;
    }

    private void together() {
        List<Zone> zones = zones();
        for (Zone forward : zones) {
            if (!forward.forward()) {
                continue;
            }
            for (Zone other : zones) {
                if (other.stamp != forward.stamp && other.conflicts(forward)) {
                    violations.add(
                            new Violation(
                                    Rule.READ,
                                    block,
                                    "reads of block %d cannot be put in one order: %s was there from @%d to @%d, and %s from @%d to @%d"
                                            .formatted(
                                                    block,
                                                    Stamps.describe(forward.stamp),
                                                    forward.first,
                                                    forward.last,
                                                    Stamps.describe(other.stamp),
                                                    Math.min(other.first, other.last),
                                                    Math.max(other.first, other.last)),
                                    around(Operation.NEVER)));
                    return;
                }
            }
        }
    }

    private List<Zone> zones() {
        boolean zeroIsUnique = zeroWriters() <= 1;
        TreeMap<Integer, Zone> zones = new TreeMap<>();
        if (history.base(block) != Stamps.ZERO || zeroIsUnique) {
            zones.put(history.base(block), new Zone(history.base(block), 0, 0));
        }
        for (Operation change : changes.changes()) {
            if (change.kind() == Kind.UNMAP && !promises.discardReadsZero()) {
                return List.of();
            }
            if (change.kind() == Kind.WRITE || zeroIsUnique) {
                long completed = change.failed() ? Operation.NEVER : change.completed();
                zones.put(change.stamp(), new Zone(change.stamp(), completed, change.submitted()));
            }
        }
        for (Operation read : changes.reads()) {
            if (read.completed() < stability.firstFailure()) {
                zones.computeIfPresent(
                        read.returned(block),
                        (stamp, zone) ->
                                new Zone(
                                        stamp,
                                        Math.min(zone.first, read.completed()),
                                        Math.max(zone.last, read.submitted())));
            }
        }
        // One that never completed and that nobody has read need not have happened.
        return zones.values().stream().filter(zone -> zone.first != Operation.NEVER).toList();
    }

    private long zeroWriters() {
        long writers = history.base(block) == Stamps.ZERO ? 1 : 0;
        return writers + changes.changes().stream().filter(c -> c.stamp() == Stamps.ZERO).count();
    }
}
