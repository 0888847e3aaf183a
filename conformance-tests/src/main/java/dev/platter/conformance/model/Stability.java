package dev.platter.conformance.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which operations of a history are stable at its end, and by which rule: S1 by FUA or
 * write-through, S2 by a flush, S3 by a switch to write-through.
 */
final class Stability {
    private static final int EROFS = 30;
    private static final int EINVAL = 22;
    private static final int EOPNOTSUPP = 95;
    private static final int ECANCELED = 125;

    /** Errors of requests that were refused, before the medium was asked. */
    private static final Set<Integer> REFUSALS = Set.of(EROFS, EINVAL);

    /** Errors after which nothing need have been lost that was promised. */
    private static final Set<Integer> NO_FAILURES = Set.of(EROFS, EINVAL, EOPNOTSUPP, ECANCELED);

    private final boolean promised;
    private final WriteCacheTimeline writeCache;
    private final List<Operation> flushes = new ArrayList<>();
    private final List<Operation> switches = new ArrayList<>();
    private final List<Operation> failures = new ArrayList<>();
    private final List<Operation> writeBacks = new ArrayList<>();
    private long firstFailure = Operation.NEVER;

    Stability(Promises promises, List<Operation> operations) {
        promised = promises.durable();
        writeCache = new WriteCacheTimeline(promises.writeCache(), operations);
        for (Operation operation : operations) {
            classify(operation);
        }
    }

    private void classify(Operation operation) {
        Kind kind = operation.kind();
        boolean flushing = kind == Kind.FLUSH || (kind == Kind.READ && operation.durable());
        if (flushing && operation.ok()) {
            flushes.add(operation);
        } else if (kind == Kind.WRITE_THROUGH && operation.ok()) {
            switches.add(operation);
        } else if (kind == Kind.WRITE_BACK) {
            writeBacks.add(operation);
        } else if (isFailure(operation)) {
            failures.add(operation);
            firstFailure = Math.min(firstFailure, operation.submitted());
        }
    }

    /** Whether an operation that should have made something durable has failed to. */
    private boolean isFailure(Operation operation) {
        return operation.failed()
                && !NO_FAILURES.contains(-operation.result())
                && (makesDurable(operation) || operation.kind() == Kind.WRITE_THROUGH);
    }

    /** Whether an operation, if it succeeds, has made something durable. */
    boolean makesDurable(Operation operation) {
        return operation.kind() == Kind.FLUSH
                || (operation.kind().changes()
                        && (operation.durable() || writeCache.wasOffDuring(operation)));
    }

    List<Operation> failures() {
        return failures;
    }

    /**
     * When the first operation was submitted that failed to make something durable: from there on
     * the host may have dropped what it had shown to reads.
     */
    long firstFailure() {
        return firstFailure;
    }

    /** Whether an operation was turned away, so that it must have changed nothing. */
    static boolean refused(Operation operation) {
        return operation.failed() && REFUSALS.contains(-operation.result());
    }

    /** By which rule an operation is stable on one of its blocks, or null if it is not. */
    @Nullable Rule stable(Operation operation, int block) {
        if (!promised || !operation.ok()) {
            return null;
        }
        if (!metFailure(operation)) {
            if (operation.durable()) {
                return Rule.FUA;
            }
            if (writeCache.wasOffDuring(operation)) {
                return Rule.WRITE_THROUGH;
            }
        }
        if (flush(operation, block) != null) {
            return Rule.FLUSH;
        }
        return switchAfter(operation) == null ? null : Rule.SWITCH;
    }

    /** What made an operation stable, other than itself. */
    @Nullable Operation stabilizer(Operation operation, int block) {
        Operation flush = flush(operation, block);
        return flush != null ? flush : switchAfter(operation);
    }

    private @Nullable Operation flush(Operation operation, int block) {
        for (Operation flush : flushes) {
            if (flush.covers(block)
                    && operation.before(flush)
                    && !metFailure(flush)
                    && !lostBetween(operation, flush)) {
                return flush;
            }
        }
        return null;
    }

    private @Nullable Operation switchAfter(Operation operation) {
        for (Operation off : switches) {
            long until = turnedOnMeanwhile(off) ? off.submitted() : off.completed();
            if (operation.completed() < until && !metFailure(off) && !lostBetween(operation, off)) {
                return off;
            }
        }
        return null;
    }

    /**
     * Whether an operation was in flight together with one that failed. The host loses what both
     * should have made durable, tells only one of them, and the answers may cross on their way.
     */
    private boolean metFailure(Operation operation) {
        for (Operation failure : failures) {
            if (!failure.before(operation) && !operation.before(failure)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a switch to write-back ran at the same time: then which came last is not known. */
    private boolean turnedOnMeanwhile(Operation off) {
        return writeBacks.stream()
                .anyMatch(on -> !on.before(off) && !off.before(on) && !on.failed());
    }

    /**
     * Whether the disk was reopened after a failure, between the two: a flush of the new opening
     * does not bring back what the old one lost.
     */
    private boolean lostBetween(Operation operation, Operation flush) {
        for (Operation failure : failures) {
            if (operation.session() <= failure.session() && failure.session() < flush.session()) {
                return true;
            }
        }
        return false;
    }
}
