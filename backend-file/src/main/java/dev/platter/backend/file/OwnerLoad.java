package dev.platter.backend.file;

/**
 * How busy a thread that owns queues is: the requests in flight on all its queues, of any disk, and
 * until when more than one at a time must be expected. One for each thread, and used by it alone,
 * so without locks; found once in a while by {@link #ofThread}.
 */
final class OwnerLoad {
    private static final ThreadLocal<OwnerLoad> OF_THREAD = ThreadLocal.withInitial(OwnerLoad::new);

    private int inFlight;
    private long busyUntilNanos;
    private boolean busy;
    private int untilProbe = InlinePolicy.PROBE_INTERVAL;

    OwnerLoad() {}

    /** The calling thread's. */
    static OwnerLoad ofThread() {
        return OF_THREAD.get();
    }

    /** Lets the calling thread start anew, with no request in flight. */
    static void forget() {
        OF_THREAD.remove();
    }

    void began() {
        inFlight++;
    }

    void ended() {
        inFlight--;
    }

    /** Whether the one request in flight is the only one. */
    boolean alone() {
        return inFlight <= 1;
    }

    /** Notes that requests were in flight beside each other, and for how long to expect it. */
    void sawCompany(long nowNanos, long forNanos) {
        long until = nowNanos + forNanos;
        if (!busy || until - busyUntilNanos > 0) {
            busyUntilNanos = until;
        }
        busy = true;
        // Once that is over, soon look whether it really is.
        untilProbe = 2;
    }

    /** Whether requests were in flight beside each other lately. */
    boolean busy(long nowNanos) {
        // A flag beside the time, as a time from long ago would come round to look like the future.
        busy = busy && busyUntilNanos - nowNanos > 0;
        return busy;
    }

    /** Whether it is a probe's turn; counts the calls. */
    boolean probes() {
        if (--untilProbe > 0) {
            return false;
        }
        untilProbe = InlinePolicy.PROBE_INTERVAL;
        return true;
    }
}
