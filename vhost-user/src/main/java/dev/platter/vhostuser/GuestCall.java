package dev.platter.vhostuser;

import dev.platter.api.device.EventLoop;
import dev.platter.api.device.Notifier;
import dev.platter.linux.EventFd;
import org.jspecify.annotations.Nullable;

/**
 * The guest's call as the owner of one running queue gives it: kept until the owner knows whether
 * it will wait now. If so, the call goes to the host with the wait, where the loop can do that, in
 * one system call; if not, it is given at once. Other threads' calls are given at once as well.
 */
final class GuestCall implements Notifier {
    private final CallLine line;
    private final EventLoop loop;

    /** Set by the first use of the owner, the only thread that uses the rest. */
    private @Nullable Thread owner;

    private boolean pending;
    private @Nullable EventFd offered;

    GuestCall(CallLine line, EventLoop loop) {
        this.line = line;
        this.loop = loop;
    }

    /** Makes the calling thread the owner. */
    void own() {
        owner = Thread.currentThread();
    }

    @Override
    public void signal() {
        if (Thread.currentThread() == owner) {
            pending = true;
        } else {
            line.signal();
        }
    }

    /** Gives a pending call now. */
    void give() {
        if (pending) {
            pending = false;
            line.signal();
        }
    }

    /** Has a pending call given by the turn that follows. */
    void giveWithTurn() {
        if (!pending) {
            return;
        }
        pending = false;
        EventFd target = line.hold();
        if (target == null) {
            return;
        }
        if (loop.offerSignal(target.fd())) {
            offered = target;
        } else {
            target.release();
            line.signal();
        }
    }

    /** The turn has ended, and what was offered to it is given. */
    void turned() {
        EventFd given = offered;
        if (given != null) {
            offered = null;
            given.release();
        }
    }
}
