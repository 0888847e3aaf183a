package dev.platter.vhostuser;

import dev.platter.api.device.VirtioDevice;
import dev.platter.linux.Epoll;
import dev.platter.linux.EventFd;
import dev.platter.linux.LinuxException;
import dev.platter.linux.PollEvents;
import dev.platter.linux.UnixSocket;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A virtio device served to front-ends by vhost-user: a listening Unix socket, one front-end at a
 * time. When a front-end leaves, its requests in flight are finished and the next may connect. The
 * device keeps its state in between; only a front-end's request resets it.
 *
 * <p>One platform thread, which keeps the process alive until {@link #close()}, accepts connections
 * and performs their requests; each running queue has a thread of its own.
 */
public final class VhostUserServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VhostUserServer.class);

    private static final int MAX_EVENTS = 4;
    private static final long LISTENER = 0;
    private static final long WAKE = 1;
    private static final long CONNECTION = 2;
    private static final long FOREVER = -1;
    private static final int NO_WAKE = -1;

    /** How long the thread rests when the host refuses it something, such as a descriptor. */
    private static final long BACK_OFF_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Path path;
    private final VirtioDevice device;
    private final VhostUserOptions options;
    private final SocketFile socketFile;
    private final EventFd wake;
    private final Epoll epoll;
    private final Thread thread;

    private volatile boolean closing;

    /** The thread's own, like what follows. */
    private @Nullable VhostUserSession session;

    private boolean acceptFailed;

    private VhostUserServer(
            Path path,
            VirtioDevice device,
            VhostUserOptions options,
            SocketFile socketFile,
            EventFd wake,
            Epoll epoll) {
        this.path = path;
        this.device = device;
        this.options = options;
        this.socketFile = socketFile;
        this.wake = wake;
        this.epoll = epoll;
        thread = Thread.ofPlatform().name("platter-vhost-user").daemon(false).unstarted(this::run);
    }

    /**
     * Starts a server. When this returns, front-ends can connect.
     *
     * @param socket where to listen; created with mode 0600. A socket left behind by a server that
     *     is gone is replaced
     * @param device what to serve; stays the caller's, who leaves it alone until the server is
     *     closed
     * @throws VhostUserException if another server listens there, if the path is something else
     *     than a socket, or if the host refuses; nothing is left behind
     */
    public static VhostUserServer listen(Path socket, VirtioDevice device, VhostUserOptions options)
            throws VhostUserException {
        SocketFile socketFile = SocketFile.listen(socket);
        EventFd wake = null;
        Epoll epoll = null;
        try {
            wake = EventFd.create();
            epoll = Epoll.create(MAX_EVENTS);
            epoll.add(socketFile.listener().fd(), PollEvents.IN, LISTENER);
            epoll.add(wake.fd(), PollEvents.IN, WAKE);
        } catch (LinuxException e) {
            closeAll(socketFile, wake, epoll);
            throw new VhostUserException(
                    "cannot listen on %s: %s".formatted(socket, e.getMessage()), e);
        }
        VhostUserServer server =
                new VhostUserServer(socket, device, options, socketFile, wake, epoll);
        server.thread.start();
        return server;
    }

    /** The path front-ends connect to. */
    public Path socket() {
        return path;
    }

    /**
     * Finishes the requests in flight, ends the session, and removes the socket. Waits for all of
     * that; any thread may call, and more calls do nothing but wait.
     */
    @Override
    public void close() {
        closing = true;
        wake.signal();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                // The caller will unmap or close what the requests in flight still use.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        LOG.info("listening on {}", path);
        while (!closing) {
            try {
                step();
            } catch (LinuxException e) {
                LOG.warn("{}: {}", path, e.getMessage());
                backOff();
            } catch (RuntimeException | Error bug) {
                LOG.error("{}: closing the session", path, bug);
                endSession();
                backOff();
            }
        }
        endSession();
        closeAll(socketFile, wake, epoll);
        LOG.info("no longer listening on {}", path);
    }

    private void step() throws LinuxException {
        int count = epoll.await(FOREVER);
        boolean connecting = false;
        for (int i = 0; i < count; i++) {
            long source = epoll.data(i);
            if (source == LISTENER) {
                connecting = true;
            } else if (source == CONNECTION) {
                receive();
            }
        }
        if (connecting && !closing) {
            accept();
        }
    }

    private void receive() {
        if (session != null && !session.receive()) {
            endSession();
        }
    }

    /**
     * Accepts a connection. A second one is turned away, but not before all that the first has sent
     * is read, since that may be its end: a front-end that reconnects is not the second.
     */
    private void accept() throws LinuxException {
        if (session != null && session.isReadable()) {
            return;
        }
        UnixSocket connection = acceptConnection();
        if (connection == null) {
            return;
        }
        if (session != null) {
            LOG.warn("{}: turning a second front-end away: one is connected", path);
            connection.close();
            return;
        }
        startSession(connection);
    }

    private @Nullable UnixSocket acceptConnection() {
        try {
            UnixSocket connection = socketFile.listener().accept(NO_WAKE, 0);
            acceptFailed = false;
            return connection;
        } catch (LinuxException e) {
            if (!acceptFailed) {
                LOG.warn("{}: cannot accept connections: {}", path, e.getMessage());
            }
            acceptFailed = true;
            backOff();
            return null;
        }
    }

    private void startSession(UnixSocket connection) throws LinuxException {
        VhostUserSession started = new VhostUserSession(connection, device, options);
        try {
            started.open();
            epoll.add(started.fd(), PollEvents.IN, CONNECTION);
        } catch (LinuxException e) {
            started.close();
            throw e;
        }
        session = started;
        LOG.info("{}: a front-end has connected", path);
    }

    private void endSession() {
        VhostUserSession ended = session;
        session = null;
        if (ended == null) {
            return;
        }
        try {
            epoll.remove(ended.fd());
        } catch (LinuxException e) {
            LOG.warn("{}: {}", path, e.getMessage());
        }
        try {
            ended.close();
        } catch (RuntimeException | Error bug) {
            LOG.error("{}: the session was not closed cleanly", path, bug);
        }
    }

    private static void backOff() {
        LockSupport.parkNanos(BACK_OFF_NANOS);
    }

    private static void closeAll(
            SocketFile socketFile, @Nullable EventFd wake, @Nullable Epoll epoll) {
        socketFile.close();
        if (epoll != null) {
            epoll.close();
        }
        if (wake != null) {
            wake.close();
        }
    }
}
