package dev.platter.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A counter that wakes who waits for its descriptor: {@code eventfd(2)}. Any thread may signal it,
 * also while another closes it; one thread at a time drains it. Closing closes the descriptor.
 */
public final class EventFd implements AutoCloseable {
    private static final int EFD_CLOEXEC = OpenFlags.O_CLOEXEC;
    private static final int EFD_NONBLOCK = OpenFlags.O_NONBLOCK;

    private static final MethodHandle EVENTFD =
            Downcalls.link("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

    /** The 8 bytes that every signal writes; never changed, so all threads share them. */
    private static final MemorySegment ONE = Arena.ofAuto().allocateFrom(JAVA_LONG, 1);

    private final SharedDescriptor descriptor;
    private final MemorySegment drained = Arena.ofAuto().allocate(JAVA_LONG);

    private EventFd(int fd) {
        descriptor = new SharedDescriptor(fd);
    }

    /** A new eventfd at 0, closed on exec, that never makes its user wait. */
    public static EventFd create() throws LinuxException {
        return new EventFd(
                LinuxException.check(eventfd(EFD_CLOEXEC | EFD_NONBLOCK), "eventfd", ""));
    }

    /**
     * Takes over a descriptor from elsewhere, to close it in the end. It is made non-blocking, for
     * whoever shares it too: a peer that fills the counter must not stop our thread.
     *
     * @throws LinuxException when it is not open; then it is not taken over
     */
    public static EventFd adopt(int fd) throws LinuxException {
        Descriptors.setNonBlocking(fd);
        return new EventFd(fd);
    }

    /** The descriptor, to wait for {@link PollEvents#IN}; it stays this object's. */
    public int fd() {
        return descriptor.fd();
    }

    /**
     * Adds 1 to the counter. Allocates nothing.
     *
     * @return 0, also when the counter was full, as then it is signalled already; {@code -EBADF}
     *     when closed; or another {@code -errno} from a descriptor that is no eventfd
     */
    public int signal() {
        if (!descriptor.acquire()) {
            return -Errnos.EBADF;
        }
        try {
            return signal(descriptor.fd());
        } finally {
            descriptor.release();
        }
    }

    /**
     * Adds 1 to the counter of an eventfd that is somebody else's, and open.
     *
     * @return as of {@link #signal()}
     */
    public static int signal(int fd) {
        long answer = Descriptors.write(fd, ONE, Long.BYTES);
        return answer >= 0 || answer == -Errnos.EAGAIN ? 0 : (int) answer;
    }

    /** The 8 bytes of a signal, for a write of them by other means; nobody changes them. */
    public static MemorySegment one() {
        return ONE;
    }

    /**
     * Sets the counter back to 0. Allocates nothing.
     *
     * @return the number of signals since the last time, 0 for none, or {@code -errno}
     */
    public long drain() {
        if (!descriptor.acquire()) {
            return -Errnos.EBADF;
        }
        try {
            long answer = Descriptors.read(descriptor.fd(), drained, Long.BYTES);
            if (answer < 0) {
                return answer == -Errnos.EAGAIN ? 0 : answer;
            }
            return drained.get(JAVA_LONG, 0) & Long.MAX_VALUE;
        } finally {
            descriptor.release();
        }
    }

    /**
     * Keeps the descriptor open although another thread may close it, for a signal by other means
     * than {@link #signal}. False when it is closed; true obliges to {@link #release}.
     */
    public boolean acquire() {
        return descriptor.acquire();
    }

    /** Ends what {@link #acquire} began. */
    public void release() {
        descriptor.release();
    }

    @Override
    public void close() {
        descriptor.close();
    }

    private static int eventfd(int flags) {
        try {
            CallState state = CallState.ofThread();
            return state.answer((int) EVENTFD.invokeExact(state.segment(), 0, flags));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }
}
