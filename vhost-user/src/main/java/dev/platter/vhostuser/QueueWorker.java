package dev.platter.vhostuser;

import dev.platter.api.device.EventLoop;
import dev.platter.api.device.Notifier;
import dev.platter.api.device.QueueHandler;
import dev.platter.api.device.QueueRing;
import dev.platter.api.memory.GuestMemoryMap;
import dev.platter.linux.EventFd;
import dev.platter.linux.LinuxException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The owner of one running queue: a thread that serves it from its start to its stop, and waits in
 * one {@link EventLoop} for kicks, wake-ups and completions together.
 *
 * <p>{@link #start}, {@link #pause}, {@link #resume} and {@link #stop} are the session thread's;
 * everything between is the worker's own. The worker owns the handler and the loop, and closes both
 * when it ends; the kick descriptor is lent.
 */
final class QueueWorker {
    private static final Logger LOG = LoggerFactory.getLogger(QueueWorker.class);

    private static final long DRAIN_REPORT_MILLIS = 10_000;

    /** How often, and how many times, a handler that failed is asked for its requests in flight. */
    private static final long FAILED_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final int FAILED_WAITS = 5;

    private final String name;
    private final QueueHandler handler;
    private final EventFd kick;
    private final EventLoop loop;
    private final Notifier wake;
    private final OwnerPoll poll;
    private final GuestCall call;
    private final Notifier broken;
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

    private boolean failed;
    private int nextAvail;

    /** Handed over by the session while the worker does not run: at the start, and in a rest. */
    private GuestMemoryMap memory;

    private QueueWorker(
            String name,
            QueueHandler handler,
            EventFd kick,
            EventLoop loop,
            GuestMemoryMap memory,
            Polling polling,
            GuestCall call,
            Notifier broken) {
        this.memory = memory;
        this.name = name;
        this.handler = handler;
        this.kick = kick;
        this.loop = loop;
        wake = loop.waker();
        poll = new OwnerPoll(polling, handler, loop, () -> stopping || pausing);
        this.call = call;
        this.broken = broken;
        nextAvail = handler.nextAvail();
        thread = Thread.ofPlatform().name(name).unstarted(this::run);
    }

    /**
     * Starts a worker.
     *
     * @param name the thread's
     * @param handler becomes the worker's, also when this fails
     * @param loop the one that the handler was set up with; becomes the worker's as well
     * @param memory the guest's, as the handler was set up with
     * @param polling the server's
     * @param call the handler's call notifier
     * @param broken told once, by the worker, when the queue breaks
     * @throws LinuxException if the kick or a completion cannot be waited for
     */
    static QueueWorker start(
            String name,
            QueueHandler handler,
            EventFd kick,
            EventLoop loop,
            GuestMemoryMap memory,
            Polling polling,
            GuestCall call,
            Notifier broken)
            throws LinuxException {
        boolean started = false;
        try {
            QueueWorker worker =
                    new QueueWorker(name, handler, kick, loop, memory, polling, call, broken);
            worker.watch();
            worker.thread.start();
            started = true;
            return worker;
        } finally {
            if (!started) {
                handler.close();
                loop.close();
            }
        }
    }

    private void watch() throws LinuxException {
        requireWatch(loop.watch(kick.fd(), this::kicked), kick.fd());
        int[] failure = new int[2];
        handler.completionFds(
                fd -> {
                    int answer = loop.watch(fd, EventLoop.Listener.NONE);
                    if (answer < 0) {
                        failure[0] = answer;
                        failure[1] = fd;
                    }
                });
        requireWatch(failure[0], failure[1]);
    }

    private static void requireWatch(int answer, int fd) throws LinuxException {
        if (answer < 0) {
            throw new LinuxException("watch", fd, -answer);
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
    void resume(GuestMemoryMap newMemory, QueueRing ring) {
        // The worker waits, and both semaphores order memory: for this call the handler is ours.
        handler.memoryChanged(newMemory, ring);
        memory = newMemory;
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
        call.own();
        poll.begin();
        try {
            loop.memory(memory);
            serve();
        } catch (Throwable bug) {
            failed(bug);
        }
        try {
            drain();
        } catch (Throwable bug) {
            failed(bug);
        }
        poll.end();
        end();
    }

    private void serve() {
        while (!stopping) {
            if (pausing && !rest()) {
                return;
            }
            handler.process();
            if (handler.broken()) {
                breakRing();
            }
            step();
        }
    }

    /**
     * Waits if there is nothing to process, also after some polling; else hands over what has been
     * prepared, and goes on.
     */
    private void step() {
        if (poll.isDue()) {
            handOverTogether();
            if (poll.findsWork()) {
                handOverTogether();
                return;
            }
        }
        if (handler.enableKicks()) {
            await(EventLoop.FOREVER);
        } else {
            handOver();
        }
    }

    private void handOver() {
        call.give();
        loop.submit();
    }

    /** As {@link #handOver}, but with the call in the same system call where the loop can. */
    private void handOverTogether() {
        call.giveWithTurn();
        loop.submit();
        call.turned();
    }

    private void await(long timeoutNanos) {
        call.giveWithTurn();
        poll.sleeps();
        int answer = loop.turn(timeoutNanos);
        poll.woke();
        call.turned();
        if (answer < 0) {
            throw new IllegalStateException("the owner's wait failed with errno " + -answer);
        }
    }

    /** Rests until resumed or stopped; false if there is too much to do for a rest. */
    private boolean rest() {
        if (handler.inFlight() > 0 || handler.broken()) {
            return false;
        }
        handOver();
        paused.release();
        resumed.acquireUninterruptibly();
        loop.memory(memory);
        return !stopping;
    }

    /** Takes nothing new and finishes what is in flight. */
    private void drain() {
        handler.stopTaking();
        ignoreKicks();
        int waits = 0;
        while (true) {
            int work = handler.process();
            if (handler.inFlight() == 0) {
                handOver();
                return;
            }
            if (!failed) {
                step();
            } else if (work > 0) {
                handOver();
            } else if (waits++ < FAILED_WAITS) {
                await(FAILED_WAIT_NANOS);
            } else {
                LOG.error("{} gives up {} requests in flight", name, handler.inFlight());
                return;
            }
        }
    }

    private void kicked(int answer) {
        if (answer < 0) {
            // An eventfd neither hangs up nor fails: this one is something else.
            LOG.warn("{}: the kick descriptor is not an eventfd; no kick is heard any more", name);
            breakRing();
        }
    }

    private void ignoreKicks() {
        loop.unwatch(kick.fd());
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
            loop.close();
            ended = true;
            paused.release();
        }
    }
}
