package dev.platter.conformance.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One block's part of a history: who changed it, who read it, and in what order the changes are
 * known to have been. The order is that of time, and of reads: a read that came after two
 * concurrent changes and returned one of them has fixed that one as the later.
 */
final class BlockHistory {
    private final Stability stability;
    private final boolean discardReadsZero;
    private final int block;
    private final List<Operation> changes = new ArrayList<>();
    private final List<Operation> reads = new ArrayList<>();

    BlockHistory(Promises promises, Stability stability, int block, List<Operation> operations) {
        this.stability = stability;
        discardReadsZero = promises.discardReadsZero();
        this.block = block;
        for (Operation operation : operations) {
            if (operation.covers(block)) {
                if (operation.kind().changes() && !Stability.refused(operation)) {
                    changes.add(operation);
                } else if (operation.hasReturned()) {
                    reads.add(operation);
                }
            }
        }
    }

    List<Operation> changes() {
        return changes;
    }

    List<Operation> reads() {
        return reads;
    }

    /**
     * The last stable change that a state showing an operation, or the start where that is null,
     * would have lost; null if there is none, so that the state is allowed.
     */
    @Nullable Operation lost(@Nullable Operation shown) {
        Operation lost = null;
        for (Operation later : shown == null ? changes : later(shown)) {
            if (later != shown && stability.stable(later, block) != null) {
                lost = later;
            }
        }
        return lost;
    }

    /** All changes known to come after one. */
    private List<Operation> later(Operation first) {
        List<Operation> known = new ArrayList<>();
        known.add(first);
        for (int i = 0; i < known.size(); i++) {
            Operation from = known.get(i);
            for (Operation change : changes) {
                if (!known.contains(change) && (from.before(change) || fixed(from, change))) {
                    known.add(change);
                }
            }
        }
        return known;
    }

    private boolean fixed(Operation earlier, Operation later) {
        // What a discard leaves may look like the write before it.
        boolean anything = earlier.kind() == Kind.UNMAP && !discardReadsZero;
        if (later.kind() != Kind.WRITE || anything || later.before(earlier)) {
            return false;
        }
        for (Operation read : reads) {
            if (read.returned(block) == later.id()
                    && read.completed() < stability.firstFailure()
                    && earlier.before(read)
                    && later.before(read)) {
                return true;
            }
        }
        return false;
    }
}
