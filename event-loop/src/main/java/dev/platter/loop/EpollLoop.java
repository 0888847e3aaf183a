package dev.platter.loop;

import dev.platter.api.device.EventLoop;
import dev.platter.api.device.Notifier;
import dev.platter.linux.Epoll;
import dev.platter.linux.Errnos;
import dev.platter.linux.EventFd;
import dev.platter.linux.LinuxException;
import dev.platter.linux.PollEvents;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A loop that waits in {@code epoll_wait(2)}. All watches are edge-triggered: an eventfd tells of
 * each signal without being read, which saves a system call a kick.
 */
public final class EpollLoop implements EventLoop {
    private static final int MAX_EVENTS = 16;
    private static final int INTEREST = PollEvents.IN | PollEvents.EDGE_TRIGGERED;
    private static final int WAKE = 0;

    private final Epoll epoll;
    private final EventFd wake;

    /** The watches by the number that epoll knows them by; empty places are null. */
    private final List<@Nullable Watch> watches = new ArrayList<>();

    private record Watch(int fd, Listener listener) {}

    private EpollLoop(Epoll epoll, EventFd wake) {
        this.epoll = epoll;
        this.wake = wake;
        watches.add(new Watch(wake.fd(), Listener.NONE));
    }

    /** Opens a loop. */
    public static EpollLoop open() throws LinuxException {
        Epoll epoll = Epoll.create(MAX_EVENTS);
        EventFd wake = null;
        boolean opened = false;
        try {
            wake = EventFd.create();
            epoll.add(wake.fd(), INTEREST, WAKE);
            opened = true;
            return new EpollLoop(epoll, wake);
        } finally {
            if (!opened) {
                epoll.close();
                if (wake != null) {
                    wake.close();
                }
            }
        }
    }

    @Override
    public int watch(int fd, Listener listener) {
        int place = place();
        try {
            epoll.add(fd, INTEREST, place);
        } catch (LinuxException e) {
            return -e.errno();
        }
        watches.set(place, new Watch(fd, listener));
        return 0;
    }

    /** An empty place. */
    private int place() {
        int place = watches.indexOf(null);
        if (place < 0) {
            place = watches.size();
            watches.add(null);
        }
        return place;
    }

    @Override
    public void unwatch(int fd) {
        for (int place = WAKE + 1; place < watches.size(); place++) {
            Watch watch = watches.get(place);
            if (watch != null && watch.fd() == fd) {
                forget(place, fd);
                return;
            }
        }
    }

    private void forget(int place, int fd) {
        watches.set(place, null);
        try {
            epoll.remove(fd);
        } catch (LinuxException e) {
            // Closed by its owner, too early: then it has left the set by itself.
            if (e.errno() != Errnos.EBADF && e.errno() != Errnos.ENOENT) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public Notifier waker() {
        return wake::signal;
    }

    /** None: a signal costs a system call here as anywhere. */
    @Override
    public boolean offerSignal(int eventFd) {
        return false;
    }

    /** Nothing: what is watched here prepares nothing. */
    @Override
    public void submit() {}

    @Override
    public int turn(long timeoutNanos) {
        int count = epoll.await(timeoutMillis(timeoutNanos));
        for (int i = 0; i < count; i++) {
            int place = (int) epoll.data(i);
            Watch watch = watches.get(place);
            if (watch != null) {
                tell(place, watch, epoll.events(i));
            }
        }
        return count;
    }

    private void tell(int place, Watch watch, int events) {
        if (events == PollEvents.IN) {
            watch.listener().ready(0);
            return;
        }
        forget(place, watch.fd());
        watch.listener().ready((events & PollEvents.ERR) != 0 ? -Errnos.EIO : -Errnos.EPIPE);
    }

    /** Rounded up: who waits for a moment does not come before it. */
    private static long timeoutMillis(long nanos) {
        long millis = TimeUnit.NANOSECONDS.toMillis(nanos);
        return nanos <= 0 ? Long.signum(nanos) : millis + (millis * 1_000_000 < nanos ? 1 : 0);
    }

    @Override
    public void close() {
        epoll.close();
        wake.close();
    }
}
