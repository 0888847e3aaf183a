package dev.platter.linux;

import java.lang.foreign.MemorySegment;

/**
 * The system calls of io_uring: the port between a backend and the kernel, as {@link FileCalls} is.
 * {@link LinuxIoUringCalls} passes them on one for one.
 *
 * <p>Every call answers its result, 0 or more, or {@code -errno}, and retries nothing. One instance
 * belongs to one thread at a time. Segments passed in are native memory; what submissions name must
 * stay alive until they complete.
 */
public interface IoUringCalls {
    /**
     * {@code io_uring_setup(2)}.
     *
     * @param entries how many submissions the ring holds at least
     * @param params what is asked, and then the answer
     * @return the ring's descriptor, closed on exec, which the caller closes
     */
    int setup(int entries, IoUringParams params);

    /**
     * {@code io_uring_enter(2)}. Allocates nothing.
     *
     * @param fd the ring, or its index with {@link IoUringEnter#REGISTERED_RING}
     * @param submissions how many entries to take from the submission queue
     * @param completions how many completions to wait for, with {@link IoUringEnter#GETEVENTS}
     * @param flags of {@link IoUringEnter}
     * @return how many entries were taken, a refused one included
     */
    int enter(int fd, int submissions, int completions, int flags);

    /**
     * {@code io_uring_enter(2)} that waits no longer than a time. Allocates nothing.
     *
     * @param fd as of {@link #enter(int, int, int, int)}, like the next two
     * @param submissions how many entries to take
     * @param completions how many completions to wait for
     * @param flags of {@link IoUringEnter}, {@link IoUringEnter#EXT_ARG} among them
     * @param time how long to wait at most
     * @return how many entries were taken, or {@code -ETIME} if none was and the time has run out
     */
    int enter(int fd, int submissions, int completions, int flags, IoUringWaitTime time);

    /**
     * {@code io_uring_register(2)}.
     *
     * @param operation of {@link IoUringRegister}
     * @param argument what the operation reads or writes, or {@link MemorySegment#NULL}
     * @param count the operation's number
     */
    int register(int fd, int operation, MemorySegment argument, int count);
}
