package dev.platter.vhostuser;

import dev.platter.api.device.EventLoop;
import dev.platter.api.device.QueueHandler;
import java.util.function.BooleanSupplier;

/**
 * One owner's polling before its waits: it looks at the available ring and for completions, without
 * a system call, while the guest's kicks stay off. It sees whatever {@link QueueHandler#process}
 * sees, and what {@link EventLoop#submit} collects: everything of a loop that waits in an io_uring;
 * of one that waits in epoll, only what its queues find in memory. The owner's.
 */
final class OwnerPoll {
    private final Polling shared;
    private final PollTime time;
    private final QueueHandler handler;
    private final EventLoop loop;
    private final BooleanSupplier wanted;
    private long idleSinceNanos;

    /**
     * For one owner.
     *
     * @param wanted whether the owner is wanted for something else; looked at between any two looks
     */
    OwnerPoll(Polling shared, QueueHandler handler, EventLoop loop, BooleanSupplier wanted) {
        this.shared = shared;
        this.handler = handler;
        this.loop = loop;
        this.wanted = wanted;
        time = new PollTime(shared.maxNanos());
    }

    /** The owner starts. */
    void begin() {
        shared.wakes();
    }

    /** The owner ends. */
    void end() {
        shared.sleeps();
    }

    /** Whether to poll before the wait that would come now, which is taken for its begin. */
    boolean isDue() {
        if (!shared.enabled()) {
            return false;
        }
        idleSinceNanos = shared.nowNanos();
        return time.nanos() > 0 && mayGoOn();
    }

    private boolean mayGoOn() {
        return shared.hasRoom() && !wanted.getAsBoolean();
    }

    /**
     * Polls for as long as seems worth it; what is found is processed, and not yet handed over.
     *
     * @return whether there was something to process
     */
    boolean findsWork() {
        do {
            loop.submit();
            if (handler.process() > 0) {
                return true;
            }
            Thread.onSpinWait();
        } while (mayGoOn() && shared.nowNanos() - idleSinceNanos < time.nanos());
        return false;
    }

    /** The owner goes to wait in the host. */
    void sleeps() {
        shared.sleeps();
    }

    /** The owner's wait, which {@link #isDue} was asked before, has ended. */
    void woke() {
        shared.wakes();
        if (shared.enabled()) {
            time.learn(shared.nowNanos() - idleSinceNanos);
        }
    }
}
