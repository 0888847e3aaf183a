package dev.platter.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;

/**
 * The longest time that an {@code io_uring_enter(2)} waits: {@code struct io_uring_getevents_arg}
 * with the {@code struct __kernel_timespec} it points to. Source: {@code linux/io_uring.h}. One
 * thread at a time.
 *
 * <pre>
 *   0          8          12         16         24         32            40
 *   +----------+----------+----------+----------+----------+-------------+
 *   | sigmask  | its size | min wait | ts       | seconds  | nanoseconds |
 *   +----------+----------+----------+----------+----------+-------------+
 *                                      address of ^           native byte order
 * </pre>
 */
public final class IoUringWaitTime {
    /** The size of the argument, without the time behind it. */
    static final int ARGUMENT_BYTES = 24;

    private static final int TS = 16;
    private static final int SECONDS = 24;
    private static final int NANOS = 32;
    private static final int BYTES = 40;

    private final MemorySegment segment;

    /** No time. */
    public IoUringWaitTime(Arena arena) {
        segment = arena.allocate(BYTES, Long.BYTES);
        segment.set(JAVA_LONG, TS, segment.address() + SECONDS);
    }

    /** Sets the time, 0 or more. */
    public void set(long nanos) {
        long second = TimeUnit.SECONDS.toNanos(1);
        segment.set(JAVA_LONG, SECONDS, nanos / second);
        segment.set(JAVA_LONG, NANOS, nanos % second);
    }

    MemorySegment segment() {
        return segment;
    }
}
