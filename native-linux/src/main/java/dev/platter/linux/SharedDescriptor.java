package dev.platter.linux;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A file descriptor that one thread may close while others use it. Closing a number in use would
 * let the next {@code open} take it, and a signal meant for an eventfd would be written into an
 * image. So each use is counted, and the last one out closes: no lock, no allocation.
 */
final class SharedDescriptor {
    private static final VarHandle STATE;
    private static final int CLOSED = Integer.MIN_VALUE;

    static {
        try {
            STATE =
                    MethodHandles.lookup()
                            .findVarHandle(SharedDescriptor.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int fd;

    /** How many threads use the descriptor now; the sign bit says that it is to be closed. */
    @SuppressWarnings("UnusedVariable")
    private volatile int state;

    SharedDescriptor(int fd) {
        this.fd = fd;
    }

    /** The number, for calls by a thread that knows it is not closed. */
    int fd() {
        return fd;
    }

    /** Begins a use. False when closed; true obliges to {@link #release()}. */
    boolean acquire() {
        // A loop and not an addition: a late-comer must not raise the count of a closed one, or
        // its release would look like the last and close the number a second time.
        while (true) {
            int users = (int) STATE.getVolatile(this);
            if (users < 0) {
                return false;
            }
            if (STATE.compareAndSet(this, users, users + 1)) {
                return true;
            }
        }
    }

    /** Ends a use. */
    void release() {
        // All changes of the state are ordered among themselves, so exactly one of them, here or in
        // close(), takes it to "closed and unused".
        int before = (int) STATE.getAndAdd(this, -1);
        if (before == CLOSED + 1) {
            closeOnce();
        }
    }

    /** Closes the descriptor, now or at the end of the last use. More calls do nothing. */
    void close() {
        int before = (int) STATE.getAndBitwiseOr(this, CLOSED);
        if (before == 0) {
            closeOnce();
        }
    }

    private void closeOnce() {
        Descriptors.close(fd);
    }
}
