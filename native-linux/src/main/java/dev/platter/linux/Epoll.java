package dev.platter.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Objects;

/**
 * A set of descriptors one thread waits for: {@code epoll(7)}. One thread at a time uses it. A
 * registered descriptor is removed before it is closed.
 *
 * <pre>
 *  struct epoll_event   0        4 (x86-64: packed)     12
 *                       +--------+----------------------+
 *                       | events | data                 |   native byte order; 64-bit Arm has
 *                       +--------+----------------------+   data at 8, and 16 bytes in all
 * </pre>
 */
public final class Epoll implements AutoCloseable {
    private static final boolean PACKED = Architecture.CURRENT == Architecture.X86_64;
    private static final int DATA_OFFSET = PACKED ? 4 : 8;
    private static final int EVENT_BYTES = PACKED ? 12 : 16;

    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_DEL = 2;
    private static final int EPOLL_CTL_MOD = 3;

    private static final MethodHandle EPOLL_CREATE1 =
            Downcalls.link("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle EPOLL_CTL =
            Downcalls.link(
                    "epoll_ctl",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle EPOLL_WAIT =
            Downcalls.link(
                    "epoll_wait",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));

    private final CallState state;
    private final MemorySegment change;
    private final MemorySegment events;
    private final int capacity;
    private final int fd;
    private int ready;
    private boolean closed;

    private Epoll(CallState state, Arena arena, int capacity, int fd) {
        this.state = state;
        this.capacity = capacity;
        this.fd = fd;
        change = arena.allocate(EVENT_BYTES, Long.BYTES);
        events = arena.allocate((long) EVENT_BYTES * capacity, Long.BYTES);
    }

    /**
     * A new, empty set.
     *
     * @param capacity how many events one wait reports at most, 1 or more; others wait for the next
     */
    public static Epoll create(int capacity) throws LinuxException {
        Arena arena = Arena.ofAuto();
        CallState state = new CallState(arena);
        int fd = LinuxException.check(epollCreate(state), "epoll_create1", "");
        return new Epoll(state, arena, capacity, fd);
    }

    /**
     * Adds a descriptor.
     *
     * @param watched the descriptor; it stays its owner's
     * @param interest of {@link PollEvents}
     * @param data what {@link #data} answers for its events
     */
    public void add(int watched, int interest, long data) throws LinuxException {
        control(EPOLL_CTL_ADD, watched, interest, data);
    }

    /** Changes what is waited for; parameters as of {@link #add}. */
    public void modify(int watched, int interest, long data) throws LinuxException {
        control(EPOLL_CTL_MOD, watched, interest, data);
    }

    /** Removes a descriptor; events already collected stay in the list until the next wait. */
    public void remove(int watched) throws LinuxException {
        control(EPOLL_CTL_DEL, watched, 0, 0);
    }

    /**
     * Waits until something comes about; a signal does not end the wait. Allocates nothing.
     *
     * @param timeoutMillis negative waits without end
     * @return how many events there are, 0 when the time ran out, or {@code -errno}
     */
    public int await(long timeoutMillis) {
        if (closed) {
            return -Errnos.EBADF;
        }
        long deadline = Timeout.deadline(timeoutMillis);
        int answer;
        do {
            answer = epollWait(Timeout.remainingMillis(timeoutMillis, deadline));
        } while (answer == -Errnos.EINTR);
        ready = Math.max(0, answer);
        return answer;
    }

    /** The data of an event's descriptor; the event counted from 0. */
    public long data(int event) {
        return events.get(JAVA_LONG_UNALIGNED, offset(event) + DATA_OFFSET);
    }

    /** What came about, of {@link PollEvents}; the event counted from 0. */
    public int events(int event) {
        return events.get(JAVA_INT, offset(event));
    }

    /** The set's own descriptor, readable while there are events; it stays this object's. */
    public int fd() {
        return fd;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            ready = 0;
            Descriptors.close(fd);
        }
    }

    private long offset(int event) {
        return (long) Objects.checkIndex(event, ready) * EVENT_BYTES;
    }

    private void control(int operation, int watched, int interest, long data)
            throws LinuxException {
        change.set(JAVA_INT, 0, interest);
        change.set(JAVA_LONG_UNALIGNED, DATA_OFFSET, data);
        LinuxException.check(epollControl(operation, watched), "epoll_ctl", watched);
    }

    private int epollControl(int operation, int watched) {
        if (closed) {
            return -Errnos.EBADF;
        }
        try {
            return state.answer(
                    (int) EPOLL_CTL.invokeExact(state.segment(), fd, operation, watched, change));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    private int epollWait(int timeoutMillis) {
        try {
            return state.answer(
                    (int)
                            EPOLL_WAIT.invokeExact(
                                    state.segment(), fd, events, capacity, timeoutMillis));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    private static int epollCreate(CallState state) {
        try {
            return state.answer(
                    (int) EPOLL_CREATE1.invokeExact(state.segment(), OpenFlags.O_CLOEXEC));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }
}
