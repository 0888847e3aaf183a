package dev.platter.vhostuser;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * What the owners of queues share about polling, those of all servers that are given the same one:
 * how long, by which clock, and whether there is a processor for it. An owner counts as awake
 * except while it waits in the host; it polls only while fewer owners are awake than there are
 * processors, so that no two share one for it, and one is left for the guest. For all owners'
 * threads.
 */
public final class Polling {
    /** The longest polling before a wait, a second. */
    public static final long LIMIT_NANOS = 1_000_000_000;

    private final long maxNanos;
    private final int processors;
    private final LongSupplier clock;
    private final AtomicInteger awake = new AtomicInteger();

    /**
     * With all that differs between machines.
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

    /**
     * On this machine.
     *
     * @param maxNanos how long an owner polls at most before it waits, 0 to {@value #LIMIT_NANOS};
     *     0 for no polling
     * @throws IllegalArgumentException if it is out of its range
     */
    public static Polling upTo(long maxNanos) {
        if (maxNanos < 0 || maxNanos > LIMIT_NANOS) {
            throw new IllegalArgumentException(
                    "an owner polls for 0 to " + LIMIT_NANOS + " ns, not " + maxNanos);
        }
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
