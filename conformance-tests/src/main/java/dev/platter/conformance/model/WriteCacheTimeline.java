package dev.platter.conformance.model;

import java.util.ArrayList;
import java.util.List;

/**
 * When the write cache was off for certain. A switch takes effect at some instant between its
 * submission and its completion; a failed switch to write-through leaves the cache as it was.
 */
final class WriteCacheTimeline {
    private final boolean initially;
    private final List<Operation> switches = new ArrayList<>();

    WriteCacheTimeline(boolean initially, List<Operation> operations) {
        this.initially = initially;
        for (Operation operation : operations) {
            if (operation.kind() == Kind.WRITE_THROUGH || operation.kind() == Kind.WRITE_BACK) {
                switches.add(operation);
            }
        }
    }

    /**
     * Whether at some instant of an operation's life the cache was off for certain: then it was to
     * be treated as write-through, by the stronger mode.
     */
    boolean wasOffDuring(Operation operation) {
        if (!initially && !turnedOn(operation, Long.MIN_VALUE, operation.submitted())) {
            return true;
        }
        for (Operation off : switches) {
            if (off.kind() == Kind.WRITE_THROUGH
                    && off.ok()
                    && off.completed() < operation.completed()
                    && !turnedOn(
                            operation,
                            off.submitted(),
                            Math.max(off.completed(), operation.submitted()))) {
                return true;
            }
        }
        return false;
    }

    /** Whether a switch that ended after one instant may have turned it on before another. */
    private boolean turnedOn(Operation operation, long since, long until) {
        for (Operation on : switches) {
            if (on != operation
                    && on.kind() == Kind.WRITE_BACK
                    && !on.failed()
                    && on.completed() > since
                    && on.submitted() < until) {
                return true;
            }
        }
        return false;
    }
}
