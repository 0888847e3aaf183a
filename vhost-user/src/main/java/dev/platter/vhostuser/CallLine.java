package dev.platter.vhostuser;

import dev.platter.api.device.Notifier;
import dev.platter.linux.EventFd;
import org.jspecify.annotations.Nullable;

/**
 * The way to call the guest for one queue: an eventfd that the front-end may replace or take away
 * at any moment, while the queue's owner signals it. Without one, nobody is called: the guest
 * polls.
 */
final class CallLine implements Notifier, AutoCloseable {
    private volatile @Nullable EventFd target;

    /** Signals the eventfd of the moment. Any thread; allocates nothing, takes no lock. */
    @Override
    public void signal() {
        EventFd signalled = target;
        while (signalled != null) {
            // A closed one is not written to: EventFd sees to that.
            signalled.signal();
            EventFd now = target;
            if (now == signalled) {
                return;
            }
            // Replaced in between: the guest may have looked before, and listens elsewhere now.
            signalled = now;
        }
    }

    /**
     * The eventfd of the moment, kept open for the caller until he releases it; or null when nobody
     * is called. If it is replaced meanwhile, the new one is signalled: a call to the old suffices.
     */
    @Nullable EventFd hold() {
        EventFd now = target;
        while (now != null && !now.acquire()) {
            EventFd next = target;
            // Closed and not replaced: nobody is called any more.
            now = next == now ? null : next;
        }
        return now;
    }

    /**
     * Replaces the eventfd and closes the old one. Only the session's thread.
     *
     * @param replacement becomes this object's; null when the guest is not to be called
     * @param signal whether to signal the new one, since a call may have gone to the old
     */
    void replace(@Nullable EventFd replacement, boolean signal) {
        EventFd old = target;
        target = replacement;
        if (replacement != null && signal) {
            replacement.signal();
        }
        if (old != null) {
            old.close();
        }
    }

    @Override
    public void close() {
        replace(null, false);
    }
}
