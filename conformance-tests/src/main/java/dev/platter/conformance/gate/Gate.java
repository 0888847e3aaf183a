package dev.platter.conformance.gate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A hook that stops calls where a test wants them stopped, and answers in the kernel's place.
 * Counts begin with {@link #arm}; any thread may call.
 */
public final class Gate implements CallHook {
    private static final long PATIENCE_SECONDS = 20;

    private record Place(String call, long number, boolean after) {}

    /** A call that is held. */
    public static final class Stop {
        private final String what;
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        private Stop(String what) {
            this.what = what;
        }

        /** Waits until a thread is held here. */
        public void awaitReached() {
            await(reached, " was not reached");
        }

        /** Whether a thread has come here. */
        public boolean reached() {
            return reached.getCount() == 0;
        }

        /** Lets the thread go on, or pass if it has not come yet. */
        public void release() {
            released.countDown();
        }

        private void hold() {
            reached.countDown();
            await(released, " was not released");
        }

        private void await(CountDownLatch latch, String failure) {
            try {
                if (!latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    throw new IllegalStateException(what + failure);
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(what, interrupted);
            }
        }
    }

    private final Map<Place, Stop> stops = new HashMap<>();
    private final Map<Place, Long> answers = new HashMap<>();
    private final Map<String, Long> counts = new HashMap<>();
    private final List<String> calls = new ArrayList<>();
    private boolean armed;

    /** A gate that lets everything pass, and counts nothing yet. */
    public Gate() {}

    /** Counts from here on: the next call of each name is the first. */
    public synchronized void arm() {
        counts.clear();
        calls.clear();
        armed = true;
    }

    /** Holds a call before the kernel sees it. */
    public Stop stopBefore(String call, int nth) {
        return stop(new Place(call, nth, false));
    }

    /** Holds a call when the kernel has answered and the caller has not been told. */
    public Stop stopAfter(String call, int nth) {
        return stop(new Place(call, nth, true));
    }

    private synchronized Stop stop(Place place) {
        Stop stop = new Stop((place.after() ? "after " : "before ") + place.call());
        stops.put(place, stop);
        return stop;
    }

    /** Answers a call in the kernel's place. */
    public synchronized Gate answer(String call, int nth, long result) {
        answers.put(new Place(call, nth, false), result);
        return this;
    }

    /** The names of the calls since {@link #arm}. */
    public synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    /** How many calls of a name there were since {@link #arm}. */
    public synchronized long count(String call) {
        return counts.getOrDefault(call, 0L);
    }

    @Override
    public long call(String call, Object[] arguments, Real real) {
        long number;
        Stop before;
        Stop after;
        Long answer;
        synchronized (this) {
            number = armed ? counts.merge(call, 1L, Long::sum) : 0;
            if (armed) {
                calls.add(call);
            }
            before = stops.get(new Place(call, number, false));
            after = stops.get(new Place(call, number, true));
            answer = answers.get(new Place(call, number, false));
        }
        if (before != null) {
            before.hold();
        }
        long result = answer != null ? answer : real.call();
        if (after != null) {
            after.hold();
        }
        return result;
    }
}
