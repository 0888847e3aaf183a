package dev.platter.backend.uring;

import dev.platter.api.device.Notifier;
import dev.platter.linux.EventFd;

/**
 * Wakes the owner of a queue: when a synchronisation that it waits for, which another queue runs,
 * has ended, or when the queue has more to deliver than one poll may. {@link #signal} is for any
 * thread, the rest for the owner.
 *
 * <p>The ledger signals before it admits anyone else, and only who has a request waiting. So each
 * signal is collected by a poll that the request needs anyway, and the descriptor is never readable
 * while nothing is in flight.
 */
final class FlushWaker implements Notifier, AutoCloseable {
    private final EventFd event;
    private volatile boolean told;

    FlushWaker(EventFd event) {
        this.event = event;
    }

    /** Readable from a signal until {@link #collect}. */
    int fd() {
        return event.fd();
    }

    @Override
    public void signal() {
        // The descriptor first: who sees the word can be sure that the descriptor is to be drained.
        event.signal();
        told = true;
    }

    /** Whether there was a signal since the last time. */
    boolean collect() {
        if (!told) {
            return false;
        }
        told = false;
        // A signal that this takes away came before what the caller sees next in the ledger.
        event.drain();
        return true;
    }

    @Override
    public void close() {
        event.close();
    }
}
