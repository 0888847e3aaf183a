package dev.platter.backend.file;

import dev.platter.api.block.BackendException;
import java.util.Map;

/**
 * Whether the owner of a queue makes a blocking host call itself, or hands it to somebody else: a
 * thread of a pool, or a worker of the kernel. Alone, its own call is the cheapest, by the two
 * context switches of a hand-over; but meanwhile the owner serves nobody.
 *
 * <p>The owner makes the call itself if all of this holds:
 *
 * <ul>
 *   <li>the request is the only one in flight on any queue of this thread;
 *   <li>requests were not in flight beside each other lately: for {@value #PAUSE_FACTOR} times as
 *       long as a call takes, so that where they do come together, calls of the owner's take up a
 *       {@value #PAUSE_FACTOR}th of the time at most;
 *   <li>no recent call of this kind was long, by a maximum that decays with each. So a host that
 *       turns slow stalls the owner once. The calls that others make are measured too, and when
 *       they have been short again for a while the owner makes its own again;
 *   <li>it is not the {@value #PROBE_INTERVAL}th such call. What comes while the owner is in a call
 *       shows only when that has ended, and then looks as if it had come alone; beside a call that
 *       was handed over, it shows.
 * </ul>
 *
 * <p>Short is up to {@value #SHORT_NANOS} ns. A hand-over costs 10 to 50 µs, so a longer call has
 * little to gain from being made here; and whoever comes in between waits about as long as the disk
 * would make it wait anyway.
 *
 * <p>One for each queue, used by its owner alone: takes no lock and allocates nothing. Times are
 * those of {@link System#nanoTime}; kinds of calls are numbered by the caller.
 */
public final class InlinePolicy {
    /**
     * The name of the option, {@code on} or {@code off}, in {@link
     * dev.platter.api.block.BackendOptions#properties()}: whether owners make calls at all.
     */
    public static final String PROPERTY = "owner-calls";

    /** Up to here a call is short. */
    static final long SHORT_NANOS = 1_000_000;

    /** How many calls' time the owner makes none after it had company. */
    static final int PAUSE_FACTOR = 64;

    /** One of so many lone calls is handed over, to see whether it stays alone. */
    static final int PROBE_INTERVAL = 64;

    /**
     * Longer calls count as this long: the recent maximum falls to a short call's again after some
     * 20 short ones, however long it was.
     */
    static final long CAP_NANOS = 16 * SHORT_NANOS;

    private static final long MIN_PAUSE_NANOS = 1_000_000;

    /** The maximum loses an eighth a call. */
    private static final int DECAY_SHIFT = 3;

    private final long[] longestNanos;
    private OwnerLoad owner = new OwnerLoad();
    private int inFlight;

    /**
     * Reads the option.
     *
     * @throws BackendException if the value is neither {@code on} nor {@code off}
     */
    public static boolean enabled(Map<String, String> properties) throws BackendException {
        String value = properties.getOrDefault(PROPERTY, "on");
        if (!value.equals("on") && !value.equals("off")) {
            throw new BackendException(
                    PROPERTY + "=" + value + " is unknown: use owner-calls=on or off");
        }
        return value.equals("on");
    }

    /**
     * A policy that knows nothing yet: it takes calls to be short.
     *
     * @param kinds how many kinds of calls to tell apart, by number from 0
     */
    public InlinePolicy(int kinds) {
        longestNanos = new long[kinds];
    }

    /** Notes that the queue has accepted a request; by its owner. */
    public void accepted() {
        if (inFlight++ == 0) {
            // The owner changes only while nothing is in flight.
            owner = OwnerLoad.ofThread();
        }
        owner.began();
    }

    /** Notes that a request has ended; before its completion is delivered. */
    public void ended() {
        inFlight--;
        owner.ended();
    }

    /**
     * Whether the owner is to make a call itself. To be asked once for each call, when it could be
     * made: the answers to come depend on it.
     *
     * @param kind the kind of call
     */
    public boolean inline(int kind, long nowNanos) {
        if (!owner.alone()) {
            owner.sawCompany(nowNanos, pauseNanos(kind));
            return false;
        }
        return !owner.busy(nowNanos) && longestNanos[kind] <= SHORT_NANOS && !owner.probes();
    }

    /**
     * Whether no recent call of a kind was long. That alone counts for calls that do not wait for a
     * disk, such as copies into the page cache: they cost less than a hand-over in any company.
     *
     * @param kind the kind of call
     */
    public boolean brief(int kind) {
        return longestNanos[kind] <= SHORT_NANOS;
    }

    /**
     * Notes how long a call took, whoever made it: from when the host got it to its answer.
     *
     * @param kind the kind of call
     */
    public void measured(int kind, long nanos) {
        long counted = Math.min(Math.max(nanos, 0), CAP_NANOS);
        long longest = longestNanos[kind];
        longestNanos[kind] = Math.max(counted, longest - (longest >> DECAY_SHIFT));
    }

    private long pauseNanos(int kind) {
        return Math.max(MIN_PAUSE_NANOS, PAUSE_FACTOR * longestNanos[kind]);
    }
}
