package dev.platter.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * {@link IoUringCalls} by {@code syscall(2)}, as the C library has no functions for them. The
 * numbers are the same on every architecture.
 */
public final class LinuxIoUringCalls implements IoUringCalls {
    private static final long SYS_IO_URING_SETUP = 425;
    private static final long SYS_IO_URING_ENTER = 426;
    private static final long SYS_IO_URING_REGISTER = 427;

    private static final MethodHandle SETUP =
            Downcalls.linkVariadic(
                    "syscall", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS), 1);

    /** The last two arguments are the address of an argument and its size, or none. */
    private static final MethodHandle ENTER =
            Downcalls.linkVariadic(
                    "syscall",
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG,
                            JAVA_LONG),
                    1);

    private static final MethodHandle REGISTER =
            Downcalls.linkVariadic(
                    "syscall",
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT),
                    1);

    private final CallState state;

    /**
     * Allocates the small native buffer the calls need.
     *
     * @param arena its lifetime; a confined one limits the instance to its thread
     */
    public LinuxIoUringCalls(Arena arena) {
        state = new CallState(arena);
    }

    @Override
    public int setup(int entries, IoUringParams params) {
        try {
            return (int)
                    state.answer(
                            (long)
                                    SETUP.invokeExact(
                                            state.segment(),
                                            SYS_IO_URING_SETUP,
                                            entries,
                                            params.segment()));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    @Override
    public int enter(int fd, int submissions, int completions, int flags) {
        return enter(fd, submissions, completions, flags, 0L, 0L);
    }

    @Override
    public int enter(int fd, int submissions, int completions, int flags, IoUringWaitTime time) {
        return enter(
                fd,
                submissions,
                completions,
                flags,
                time.segment().address(),
                IoUringWaitTime.ARGUMENT_BYTES);
    }

    private int enter(
            int fd, int submissions, int completions, int flags, long argument, long bytes) {
        try {
            return (int)
                    state.answer(
                            (long)
                                    ENTER.invokeExact(
                                            state.segment(),
                                            SYS_IO_URING_ENTER,
                                            fd,
                                            submissions,
                                            completions,
                                            flags,
                                            argument,
                                            bytes));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    @Override
    public int register(int fd, int operation, MemorySegment argument, int count) {
        try {
            return (int)
                    state.answer(
                            (long)
                                    REGISTER.invokeExact(
                                            state.segment(),
                                            SYS_IO_URING_REGISTER,
                                            fd,
                                            operation,
                                            argument,
                                            count));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }
}
