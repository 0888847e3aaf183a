package dev.platter.linux;

/** The time left of a wait that a signal may interrupt and that then goes on. */
final class Timeout {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private Timeout() {}

    /** When a wait that starts now ends, on the clock of {@link System#nanoTime()}. */
    static long deadline(long timeoutMillis) {
        long millis = Math.min(timeoutMillis, Integer.MAX_VALUE);
        return timeoutMillis <= 0 ? 0 : System.nanoTime() + millis * NANOS_PER_MILLI;
    }

    /**
     * The argument of the next call.
     *
     * @param timeoutMillis what was asked: negative waits without end
     */
    static int remainingMillis(long timeoutMillis, long deadline) {
        if (timeoutMillis <= 0) {
            return timeoutMillis < 0 ? -1 : 0;
        }
        long nanos = Math.max(0, deadline - System.nanoTime());
        // Rounded up: a wait that ends early would make its caller spin.
        return (int) Math.min((nanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI, Integer.MAX_VALUE);
    }
}
