package dev.platter.scsi;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Who uses a logical unit's backend: its queues, and copies that run. Once the unit is to leave
 * nobody else begins, and when the last has ended it has left. Thread-safe.
 */
final class UnitHolders {
    private int count;
    private @Nullable CompletableFuture<LogicalUnit> leaving;

    /** Begins to use the unit: false if it is leaving. Each success is followed by an exit. */
    synchronized boolean enter() {
        if (leaving != null) {
            return false;
        }
        count++;
        return true;
    }

    /** Ends one use; may complete what {@link #leave} returned. */
    void exit(LogicalUnit unit) {
        CompletableFuture<LogicalUnit> left;
        synchronized (this) {
            count--;
            left = count == 0 ? leaving : null;
        }
        if (left != null) {
            left.complete(unit);
        }
    }

    /** Lets nobody else begin; completes when nobody uses the unit. */
    CompletableFuture<LogicalUnit> leave(LogicalUnit unit) {
        CompletableFuture<LogicalUnit> future;
        boolean unused;
        synchronized (this) {
            if (leaving == null) {
                leaving = new CompletableFuture<>();
            }
            future = leaving;
            unused = count == 0;
        }
        if (unused) {
            future.complete(unit);
        }
        return future;
    }

    /** Lets the unit be used again: false if somebody still does from the time before. */
    synchronized boolean join() {
        if (leaving != null && count > 0) {
            return false;
        }
        leaving = null;
        return true;
    }
}
