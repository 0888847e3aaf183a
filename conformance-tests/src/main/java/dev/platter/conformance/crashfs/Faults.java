package dev.platter.conformance.crashfs;

import dev.platter.linux.Errnos;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What is to go wrong on a crash disk: by kind of operation and count, the next one being the
 * first. Any thread may call. The kernel shows the errors to {@code pwritev2} and io_uring alike,
 * but for two: {@code EAGAIN} is retried inside io_uring, and a short write past the page cache
 * reaches io_uring as {@code EIO}.
 */
public final class Faults {
    /** The largest error number that the kernel takes from a file server; with others it hangs. */
    private static final int MAX_ERRNO = 511;

    /** How long a fault may hold an operation: less than the watchdog's patience. */
    private static final Duration MAX_DELAY = Duration.ofSeconds(5);

    private record Key(OperationKind kind, long count) {}

    /**
     * One fault.
     *
     * @param errno a positive error number, or 0
     * @param applied with an error: whether the operation took effect all the same, volatile and
     *     never to be made durable
     * @param limitBytes the most that a read or write transfers
     * @param handle the open file description that meets it; 0 where that does not matter
     */
    record Fault(int errno, boolean applied, int limitBytes, long delayNanos, long handle) {
        static final Fault NONE = new Fault(0, false, Integer.MAX_VALUE, 0, 0);

        /** The same, met by an open file description. */
        Fault by(long newHandle) {
            return new Fault(errno, applied, limitBytes, delayNanos, newHandle);
        }

        /** Whether a synchronisation with this error has lost data, and was not just cut short. */
        boolean losing() {
            return errno != Errnos.EINTR && errno != Errnos.EAGAIN;
        }
    }

    private final Map<OperationKind, Long> counts = new EnumMap<>(OperationKind.class);
    private final Map<Key, Fault> planned = new java.util.HashMap<>();
    private final Map<OperationKind, Fault> always = new EnumMap<>(OperationKind.class);
    private @Nullable SplittableRandom jitter;
    private int jitterMicros;

    Faults() {}

    /**
     * Lets an operation fail before it has any effect. A synchronisation that fails so, other than
     * with {@code EINTR} or {@code EAGAIN}, loses for good what it should have made durable, and
     * every other open description of the file reports the error once too, as Linux does.
     */
    public Faults fail(OperationKind kind, int nth, int errno) {
        return plan(kind, nth, new Fault(checked(errno), false, Integer.MAX_VALUE, 0, 0));
    }

    /**
     * Lets a write fail although it is read back, as a cached write whose write-back failed: no
     * later synchronisation makes it durable.
     */
    public Faults failApplied(OperationKind kind, int nth, int errno) {
        return plan(kind, nth, new Fault(checked(errno), true, Integer.MAX_VALUE, 0, 0));
    }

    /** Lets every operation of a kind fail from now on, until {@link #clear}. */
    public synchronized Faults failAlways(OperationKind kind, int errno) {
        always.put(kind, new Fault(checked(errno), false, Integer.MAX_VALUE, 0, 0));
        return this;
    }

    /** Lets a read or write transfer so many bytes at most. */
    public Faults shorten(OperationKind kind, int nth, int limitBytes) {
        return plan(kind, nth, new Fault(0, false, limitBytes, 0, 0));
    }

    /**
     * Holds an operation: a write before it has an effect, an fsync between the moment whose state
     * it makes durable and its end.
     *
     * @param delay at most 5 seconds
     */
    public Faults delay(OperationKind kind, int nth, Duration delay) {
        if (delay.compareTo(MAX_DELAY) > 0) {
            throw new IllegalArgumentException("a delay of " + delay + " is longer than 5 seconds");
        }
        return plan(kind, nth, new Fault(0, false, Integer.MAX_VALUE, delay.toNanos(), 0));
    }

    /**
     * Holds operations at random, so that concurrent ones overlap in many ways.
     *
     * @param maxMicros how long at most; 0 for an end of it
     */
    public synchronized Faults jitter(long seed, int maxMicros) {
        jitter = maxMicros == 0 ? null : new SplittableRandom(seed);
        jitterMicros = maxMicros;
        return this;
    }

    /** Forgets whatever was planned. */
    public synchronized void clear() {
        planned.clear();
        always.clear();
        jitter = null;
    }

    /** The kinds for which something is planned still, for a test that wants all of it used up. */
    public synchronized List<OperationKind> pending() {
        List<OperationKind> kinds = new ArrayList<>();
        planned.keySet().forEach(key -> kinds.add(key.kind));
        return kinds;
    }

    private synchronized Faults plan(OperationKind kind, int nth, Fault fault) {
        planned.put(new Key(kind, counts.getOrDefault(kind, 0L) + nth), fault);
        return this;
    }

    private static int checked(int errno) {
        if (errno <= 0 || errno > MAX_ERRNO) {
            throw new IllegalArgumentException(errno + " is not an error number");
        }
        return errno;
    }

    /** What is planned for an operation that has just come in. */
    synchronized Fault next(OperationKind kind) {
        long count = counts.merge(kind, 1L, Long::sum);
        Fault fault = planned.remove(new Key(kind, count));
        if (fault == null) {
            fault = always.getOrDefault(kind, Fault.NONE);
        }
        SplittableRandom random = jitter;
        if (random != null && fault.delayNanos == 0) {
            long nanos = random.nextInt(jitterMicros) * 1000L;
            fault = new Fault(fault.errno, fault.applied, fault.limitBytes, nanos, 0);
        }
        return fault;
    }
}
