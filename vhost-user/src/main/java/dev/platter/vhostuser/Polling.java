package dev.platter.vhostuser;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * What the owners of a server's queues share about polling: how long, by which clock, and whether
 * there is a processor for it. An owner counts as awake except while it waits in the host; it polls
 * only while fewer owners are awake than there are processors, so that no two share one for it, and
 * one is left for the guest. For all owners' threads.
 */
final class Polling {
    private final long maxNanos;
    private final int processors;
    private final LongSupplier clock;
    private final AtomicInteger awake = new AtomicInteger();

    /**
     * For one server.
     *
     * @param maxNanos the longest that an owner polls before a wait; 0 for no polling
     * @param processors how many there are
     * @param clock nanoseconds from any start, told without a system call
     */
    Polling(long maxNanos, int processors, LongSupplier clock) {
        this.maxNanos = maxNanos;
        this.processors = processors;
        this.clock = clock;
    }

    /** On this machine. */
    static Polling upTo(long maxNanos) {
        return new Polling(maxNanos, Runtime.getRuntime().availableProcessors(), System::nanoTime);
    }

    boolean enabled() {
        return maxNanos > 0;
    }

    long maxNanos() {
        return maxNanos;
    }

    long nowNanos() {
        return clock.getAsLong();
    }

    /** An owner starts, or comes back from its wait. */
    void wakes() {
        if (enabled()) {
            awake.incrementAndGet();
        }
    }

    /** An owner ends, or goes to wait. */
    void sleeps() {
        if (enabled()) {
            awake.decrementAndGet();
        }
    }

    /** Whether those awake may poll, the asking owner among them. */
    boolean hasRoom() {
        return awake.get() < processors;
    }
}
