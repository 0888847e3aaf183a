package dev.platter.driver;

import dev.platter.linux.EventFd;
import dev.platter.linux.LinuxException;
import dev.platter.linux.PollEvents;
import dev.platter.linux.PollSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The notifications of one queue as eventfds: the kick from the driver, the call from the device,
 * and the device's word that the queue is broken. Any thread signals; one waits for the call.
 */
final class Doorbell implements AutoCloseable {
    private final EventFd kick;
    private final EventFd call;
    private final EventFd error;
    private final PollSet callSet = new PollSet(1);
    private volatile boolean erred;

    private Doorbell(EventFd kick, EventFd call, EventFd error) {
        this.kick = kick;
        this.call = call;
        this.error = error;
        callSet.set(0, call.fd(), PollEvents.IN);
    }

    static Doorbell create() throws IOException {
        List<EventFd> made = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                made.add(EventFd.create());
            }
            return new Doorbell(made.get(0), made.get(1), made.get(2));
        } catch (LinuxException e) {
            made.forEach(EventFd::close);
            throw new IOException("cannot make a queue's eventfds: " + e.getMessage(), e);
        }
    }

    EventFd kick() {
        return kick;
    }

    EventFd call() {
        return call;
    }

    EventFd error() {
        return error;
    }

    /** Whether the device has ever signalled the error. */
    boolean erred() {
        if (error.drain() > 0) {
            erred = true;
        }
        return erred;
    }

    /** Waits for a call and takes it. */
    boolean awaitCall(long timeoutNanos) {
        // Rounded up: a wait of less than a millisecond must not become a spin.
        long millis = TimeUnit.NANOSECONDS.toMillis(timeoutNanos + 999_999);
        return callSet.await(millis) > 0 && call.drain() > 0;
    }

    @Override
    public void close() {
        kick.close();
        call.close();
        error.close();
    }
}
