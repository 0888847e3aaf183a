package dev.platter.conformance.model;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The definition of what a disk may do, as code. Of a history without a power cut it judges the
 * reads and the failures; of a power cut also what the disk holds afterwards:
 *
 * <p>For each block by itself, some operation that touched it is there, or the contents at the
 * start. That is allowed if and only if no <i>stable</i> operation on the block is known to come
 * after it. So everything that is not stable may be there or not, in any combination; parts of one
 * operation, too, but never parts of a block.
 *
 * <p>An operation that completed without an error is stable if
 *
 * <ul>
 *   <li>S1: it carried FUA, or the write cache was off at some instant of its life;
 *   <li>S2: a flush that covers it was submitted after its completion, and succeeded;
 *   <li>S3: a switch to write-through succeeded after its completion.
 * </ul>
 *
 * <p>What was in flight together with a flush or durable operation that failed is not stable by S1
 * to S3: the host may have lost it, and told only the other. After a failed flush or durable
 * operation nothing more may be acknowledged as durable until the disk is opened again. In the mode
 * that promises nothing, only reads and torn blocks are judged.
 *
 * <p>Without state of its own: any thread, any number of histories.
 */
public final class DurabilityModel {
    private final Promises promises;

    /** A model of a disk that makes these promises. */
    public DurabilityModel(Promises promises) {
        this.promises = promises;
    }

    /** Judges the reads and failures of a history; an empty list is a pass. */
    public List<Violation> check(History history) {
        return judge(history, null);
    }

    /**
     * Judges a history that ended by a power cut.
     *
     * @param history all that was acknowledged before the cut, or not
     * @param contents what the disk holds after it, by {@link Stamps}
     */
    public List<Violation> checkAfterPowerCut(History history, int[] contents) {
        return judge(history, contents);
    }

    private List<Violation> judge(History history, int @Nullable [] contents) {
        List<Violation> violations = new ArrayList<>();
        List<Operation> operations = history.operations();
        Stability stability = new Stability(promises, operations);
        if (promises.durable()) {
            checkFailures(operations, stability, violations);
        }
        for (int block = 0; block < history.blocks(); block++) {
            BlockHistory changes = new BlockHistory(promises, stability, block, operations);
            new ReadCheck(history, promises, stability, changes, block, violations).run();
            if (contents != null) {
                checkBlock(history, stability, changes, block, contents[block], violations);
            }
        }
        return violations;
    }

    private static void checkFailures(
            List<Operation> operations, Stability stability, List<Violation> violations) {
        for (Operation failure : stability.failures()) {
            for (Operation later : operations) {
                if (failure.before(later)
                        && failure.session() == later.session()
                        && later.ok()
                        && stability.makesDurable(later)) {
                    violations.add(
                            new Violation(
                                    Rule.STICKY,
                                    -1,
                                    "#%d was acknowledged as durable after #%d had failed"
                                            .formatted(later.id(), failure.id()),
                                    List.of(failure, later)));
                    return;
                }
            }
        }
    }

    private void checkBlock(
            History history,
            Stability stability,
            BlockHistory changes,
            int block,
            int found,
            List<Violation> violations) {
        boolean written = found == history.base(block);
        Operation lost = written ? changes.lost(null) : null;
        if (written && lost == null) {
            return;
        }
        for (Operation change : changes.changes()) {
            if (change.stamp() == found
                    || (change.kind() == Kind.UNMAP && !promises.discardReadsZero())) {
                written = true;
                lost = changes.lost(change);
                if (lost == null) {
                    return;
                }
            }
        }
        violations.add(judge(history, stability, changes, block, found, written, lost));
    }

    private static Violation judge(
            History history,
            Stability stability,
            BlockHistory changes,
            int block,
            int found,
            boolean written,
            @Nullable Operation lost) {
        String start = "after the power cut block " + block + " holds " + Stamps.describe(found);
        Operation promised = written ? lost : changes.lost(null);
        if (found == Stamps.TORN) {
            return new Violation(Rule.TORN, block, start, around(history, block, null));
        }
        boolean old = found == Stamps.ZERO || history.isOlder(found);
        if (!written && !old) {
            return new Violation(Rule.FOREIGN, block, start, around(history, block, null));
        }
        Rule rule = promised == null ? null : stability.stable(promised, block);
        if (promised == null || rule == null) {
            return new Violation(
                    Rule.SETTLED,
                    block,
                    start
                            + ", which was there before an earlier power cut; that one left "
                            + Stamps.describe(history.base(block)),
                    around(history, block, null));
        }
        Operation by = stability.stabilizer(promised, block);
        String how =
                switch (rule) {
                    case FUA -> "it carried FUA";
                    case WRITE_THROUGH -> "the write cache was off";
                    default -> "#" + (by == null ? 0 : by.id()) + " made it durable";
                };
        return new Violation(
                rule,
                block,
                "%s, but #%d was acknowledged and is durable, as %s"
                        .formatted(start, promised.id(), how),
                around(history, block, by));
    }

    /** What touched a block, with the flushes and switches that may have made it durable. */
    private static List<Operation> around(History history, int block, @Nullable Operation by) {
        Stream<Operation> around =
                history.operations().stream()
                        .filter(
                                operation ->
                                        operation == by
                                                || operation.covers(block)
                                                || operation.kind() == Kind.WRITE_THROUGH
                                                || operation.kind() == Kind.WRITE_BACK
                                                || operation.kind() == Kind.REOPEN);
        return around.collect(Collectors.toList());
    }
}
