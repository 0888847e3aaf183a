package dev.platter.guest;

import java.time.Duration;

/** A moment of {@link System#nanoTime()} after which waiting is over. */
record Deadline(long nanoTime) {
    static Deadline after(Duration limit) {
        return new Deadline(System.nanoTime() + limit.toNanos());
    }

    boolean expired() {
        return remainingNanos() <= 0;
    }

    long remainingNanos() {
        return nanoTime - System.nanoTime();
    }

    /**
     * The time left, at least 1 ms and at most {@code mostMillis}: what to hand to a blocking call.
     */
    long sliceMillis(long mostMillis) {
        return Math.clamp(remainingNanos() / 1_000_000, 1, mostMillis);
    }
}
