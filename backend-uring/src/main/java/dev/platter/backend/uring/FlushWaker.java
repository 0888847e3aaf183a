package dev.platter.backend.uring;

import dev.platter.api.device.Notifier;
import dev.platter.linux.EventFd;
import org.jspecify.annotations.Nullable;

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
    private final @Nullable EventFd event;
    private final Notifier loop;
    private volatile boolean told;

    /** Wakes by a descriptor, readable from a signal until {@link #collect}. */
    FlushWaker(EventFd event) {
        this.event = event;
        loop = NONE;
    }

    /** Wakes who waits in a loop, by the loop's waker. */
    FlushWaker(Notifier loop) {
        event = null;
        this.loop = loop;
    }

    @Override
    public void signal() {
        if (event == null) {
            // The word first: the loop tells of a signal once.
            told = true;
            loop.signal();
        } else {
            // The descriptor first: who sees the word can be sure that it is to be drained.
            event.signal();
            told = true;
        }
    }

    /** Whether there was a signal since the last time. */
    boolean collect() {
        if (!told) {
            return false;
        }
        told = false;
        // A signal that this takes away came before what the caller sees next in the ledger.
        if (event != null) {
            event.drain();
        }
        return true;
    }

    @Override
    public void close() {
        if (event != null) {
            event.close();
        }
    }
}
