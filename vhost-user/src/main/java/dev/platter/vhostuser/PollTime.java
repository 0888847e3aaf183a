package dev.platter.vhostuser;

/**
 * How long an owner polls before it waits, in nanoseconds: between 0 and a limit, and following
 * what polling would have paid. A wait that was over within the time leaves it; one that the limit
 * would have covered doubles it, from {@value #FIRST_NANOS} on; a longer one sets it to 0. This is
 * what QEMU's iothreads do with {@code poll-grow} and {@code poll-shrink} as they are by default.
 * The owner's.
 */
final class PollTime {
    static final long FIRST_NANOS = 4_000;

    private final long maxNanos;
    private long nanos;

    /** Starts at 0. */
    PollTime(long maxNanos) {
        this.maxNanos = maxNanos;
    }

    /** The time to poll now. */
    long nanos() {
        return nanos;
    }

    /**
     * Learns from a wait that has ended.
     *
     * @param idleNanos from when there was nothing to do until there was something, polling
     *     included
     */
    void learn(long idleNanos) {
        if (idleNanos > maxNanos) {
            nanos = 0;
        } else if (idleNanos > nanos) {
            nanos = Math.min(nanos == 0 ? FIRST_NANOS : 2 * nanos, maxNanos);
        }
    }
}
