package dev.platter.vhostuser;

import dev.platter.api.device.Notifier;
import dev.platter.api.device.QueueHandler;
import dev.platter.api.device.QueueRing;
import dev.platter.api.memory.GuestMemoryMap;
import dev.platter.linux.Epoll;
import dev.platter.linux.EventFd;
import dev.platter.linux.LinuxException;
import dev.platter.linux.PollEvents;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The owner of one running queue: a thread that serves it from its start to its stop, and waits in
 * one {@code epoll} for kicks, wake-ups and completions together.
 *
 * <p>{@link #start}, {@link #pause}, {@link #resume} and {@link #stop} are the session thread's;
 * everything between is the worker's own. The worker owns the handler and the wake descriptor, and
 * closes both when it ends; the kick descriptor is lent.
 */
final class QueueWorker {
    private static final Logger LOG = LoggerFactory.getLogger(QueueWorker.class);

    private static final int MAX_EVENTS = 8;
    private static final long KICK = 0;
    private static final long WAKE = 1;
    private static final long COMPLETION = 2;
    private static final long DRAIN_REPORT_MILLIS = 10_000;
    private static final long FOREVER = -1;

    /** How often, and how many times, a handler that failed is asked for its requests in flight. */
    private static final long FAILED_WAIT_MILLIS = 1_000;

    private static final int FAILED_WAITS = 5;

    private final String name;
    private final QueueHandler handler;
    private final EventFd kick;
    private final EventFd wake;
    private final Notifier broken;
    private final Epoll epoll;
    private final Thread thread;

    private final Semaphore paused = new Semaphore(0);
    private final Semaphore resumed = new Semaphore(0);

    private volatile boolean stopping;
    private volatile boolean pausing;
    private volatile boolean ended;

    /** The session's own: whether the worker rests in {@link #rest()}. */
    private boolean resting;

    /** The worker's own until its thread has ended, then for all to read, like what follows. */
    private boolean ringBroken;

    private boolean kickWatched = true;
    private boolean failed;
    private int nextAvail;

    private QueueWorker(
            String name, QueueHandler handler, EventFd kick, EventFd wake, Notifier broken)
            throws LinuxException {
        this.name = name;
        this.handler = handler;
        this.kick = kick;
        this.wake = wake;
        this.broken = broken;
        nextAvail = handler.nextAvail();
        epoll = Epoll.create(MAX_EVENTS);
        thread = Thread.ofPlatform().name(name).unstarted(this::run);
    }

    /**
     * Starts a worker.
     *
     * @param name the thread's
     * @param handler becomes the worker's, also when this fails
     * @param wake the eventfd behind the handler's wake notifier; becomes the worker's as well
     * @param broken told once, by the worker, when the queue breaks
     * @throws LinuxException if the host lacks a descriptor, or the kick cannot be waited for
     */
    static QueueWorker start(
            String name, QueueHandler handler, EventFd kick, EventFd wake, Notifier broken)
            throws LinuxException {
        QueueWorker worker = null;
        boolean started = false;
        try {
            worker = new QueueWorker(name, handler, kick, wake, broken);
            worker.watch();
            worker.thread.start();
            started = true;
            return worker;
        } finally {
            if (!started) {
                release(handler, worker, wake);
            }
        }
    }

    private static void release(QueueHandler handler, @Nullable QueueWorker worker, EventFd wake) {
        handler.close();
        if (worker != null) {
            worker.epoll.close();
        }
        wake.close();
    }

    private void watch() throws LinuxException {
        epoll.add(kick.fd(), PollEvents.IN, KICK);
        epoll.add(wake.fd(), PollEvents.IN, WAKE);
        LinuxException[] failure = new LinuxException[1];
        handler.completionFds(
                fd -> {
                    try {
                        epoll.add(fd, PollEvents.IN, COMPLETION);
                    } catch (LinuxException e) {
                        failure[0] = e;
                    }
                });
        if (failure[0] != null) {
            throw failure[0];
        }
    }

    /**
     * Lets the worker rest at a moment with nothing in flight, so that the guest's memory can
     * change. A worker that has requests in flight would not come to such a moment under load: it
     * finishes them and ends.
     *
     * @return whether it rests, for {@link #resume}; if not it has ended, for {@link #stop}
     */
    boolean pause() {
        pausing = true;
        wake.signal();
        paused.acquireUninterruptibly();
        resting = !ended;
        return resting;
    }

    /** Hands a resting worker's handler the new memory, and lets the worker go on. */
    void resume(GuestMemoryMap memory, QueueRing ring) {
        // The worker waits, and both semaphores order memory: for this call the handler is ours.
        handler.memoryChanged(memory, ring);
        wakeUp();
    }

    private void wakeUp() {
        pausing = false;
        resting = false;
        resumed.release();
    }

    /** Has the worker take no more requests, finish those in flight, and end; waits for that. */
    void stop() {
        stopping = true;
        if (resting) {
            wakeUp();
        }
        wake.signal();
        join();
    }

    private void join() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                if (!thread.join(Duration.ofMillis(DRAIN_REPORT_MILLIS))) {
                    LOG.warn("{} is still waiting for its requests in flight", name);
                }
            } catch (InterruptedException e) {
                // A request in flight may write guest memory: there is no leaving early.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the ring is not to be started again as it is; after {@link #stop}. */
    boolean ringBroken() {
        return ringBroken;
    }

    /** Where the ring goes on; after {@link #stop}. */
    int nextAvail() {
        return nextAvail;
    }

    private void run() {
        try {
            serve();
        } catch (Throwable bug) {
            failed(bug);
        }
        try {
            drain();
        } catch (Throwable bug) {
            failed(bug);
        }
        end();
    }

    private void serve() {
        while (!stopping) {
            if (pausing && !rest()) {
                return;
            }
            if (handler.process() > 0) {
                continue;
            }
            if (handler.broken()) {
                breakRing();
            }
            if (handler.enableKicks()) {
                await(FOREVER);
            }
        }
    }

    /** Rests until resumed or stopped; false if there is too much to do for a rest. */
    private boolean rest() {
        if (handler.inFlight() > 0 || handler.broken()) {
            return false;
        }
        paused.release();
        resumed.acquireUninterruptibly();
        return !stopping;
    }

    /** Takes nothing new and finishes what is in flight. */
    private void drain() {
        handler.stopTaking();
        ignoreKicks();
        int waits = 0;
        while (true) {
            if (handler.process() > 0) {
                continue;
            }
            if (handler.inFlight() == 0) {
                return;
            }
            if (!failed) {
                if (handler.enableKicks()) {
                    await(FOREVER);
                }
            } else if (waits++ < FAILED_WAITS) {
                await(FAILED_WAIT_MILLIS);
            } else {
                LOG.error("{} gives up {} requests in flight", name, handler.inFlight());
                return;
            }
        }
    }

    private void await(long timeoutMillis) {
        int count = epoll.await(timeoutMillis);
        if (count < 0) {
            throw new IllegalStateException("epoll_wait failed with errno " + -count);
        }
        for (int i = 0; i < count; i++) {
            long source = epoll.data(i);
            if (source == WAKE) {
                wake.drain();
            } else if (source == KICK) {
                kicked(epoll.events(i));
            }
            // A completion descriptor is read by whom it belongs to, in process().
        }
    }

    private void kicked(int events) {
        // An eventfd neither hangs up nor fails: this one is something else, and would not rest.
        if (events != PollEvents.IN || kick.drain() < 0) {
            LOG.warn("{}: the kick descriptor is not an eventfd; no kick is heard any more", name);
            breakRing();
            ignoreKicks();
        }
    }

    private void ignoreKicks() {
        if (kickWatched) {
            kickWatched = false;
            try {
                epoll.remove(kick.fd());
            } catch (LinuxException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void breakRing() {
        if (!ringBroken) {
            ringBroken = true;
            LOG.warn("{} is broken: it takes no request until it is set up again", name);
            broken.signal();
        }
    }

    private void failed(Throwable bug) {
        LOG.error("{} failed", name, bug);
        failed = true;
        breakRing();
    }

    private void end() {
        try {
            nextAvail = handler.nextAvail();
            ringBroken |= handler.broken();
            handler.close();
        } catch (Throwable bug) {
            failed(bug);
        } finally {
            epoll.close();
            wake.close();
            ended = true;
            paused.release();
        }
    }
}
