package dev.platter.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The processor time that a process has used, whatever process it is: {@code clock_gettime(2)} on
 * its CPU clock. All threads count, those that have ended and the kernel's io_uring workers, which
 * are threads of the process, included. One thread uses it at a time.
 */
public final class CpuClock {
    /** Source: {@code linux/posix-timers_types.h}, {@code CPUCLOCK_SCHED}. */
    private static final int CPUCLOCK_SCHED = 2;

    private static final int PID_SHIFT = 3;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private static final MethodHandle CLOCK_GETTIME =
            Downcalls.link("clock_gettime", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

    private final int clock;
    private final CallState state;
    private final MemorySegment time;

    private CpuClock(int clock) {
        this.clock = clock;
        Arena arena = Arena.ofAuto();
        state = new CallState(arena);
        time = arena.allocate(JAVA_LONG, 2);
    }

    /**
     * The clock of a process.
     *
     * @param pid its number; 0 for the calling process
     */
    public static CpuClock ofProcess(long pid) {
        // The encoding of clock_getcpuclockid(3): the complement, so that it is negative.
        return new CpuClock((int) (~pid << PID_SHIFT) | CPUCLOCK_SCHED);
    }

    /**
     * The time used so far, user and kernel together. Allocates nothing.
     *
     * @return nanoseconds, or {@code -EINVAL} when the process has ended
     */
    public long nanos() {
        try {
            int answer =
                    state.answer((int) CLOCK_GETTIME.invokeExact(state.segment(), clock, time));
            if (answer < 0) {
                return answer;
            }
            return time.getAtIndex(JAVA_LONG, 0) * NANOS_PER_SECOND + time.getAtIndex(JAVA_LONG, 1);
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }
}
