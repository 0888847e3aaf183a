package dev.platter.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A Unix stream socket that listens, or that carries bytes and file descriptors.
 *
 * <p>One thread at a time receives (or accepts) and one sends; they need not be the same. Any
 * thread may call {@link #shutdown()}, which ends the waits of both, and {@link #close()}, which
 * ends none: a call under way keeps the descriptor open until it returns.
 */
public final class UnixSocket implements AutoCloseable {
    private static final int OWNER_ONLY = 0600;
    private static final int NO_WAKE = -1;
    private static final int[] NONE = {};

    private final SharedDescriptor descriptor;
    private final SocketMessage incoming;
    private final SocketMessage outgoing;
    private final PollSet waits = new PollSet(2);

    private UnixSocket(int fd) {
        Arena arena = Arena.ofAuto();
        descriptor = new SharedDescriptor(fd);
        incoming = new SocketMessage(arena);
        outgoing = new SocketMessage(arena);
    }

    /**
     * A socket that listens at a path, which only this user may connect to.
     *
     * @param path must not exist; 107 bytes at most. It is left behind by {@link #close()}.
     * @param backlog how many connections may wait to be accepted
     */
    public static UnixSocket listen(Path path, int backlog) throws LinuxException {
        UnixSocket socket = create();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = UnixAddress.of(arena, "bind", path);
            int fd = socket.fd();
            // The mode of an unbound socket is what bind gives the file it makes (less the umask):
            // a chmod after the bind would leave a moment in which others could connect.
            LinuxException.check(SocketCalls.fchmod(fd, OWNER_ONLY), "fchmod", fd);
            Descriptors.setNonBlocking(fd);
            LinuxException.check(SocketCalls.bind(fd, address), "bind", path.toString());
            LinuxException.check(SocketCalls.listen(fd, backlog), "listen", path.toString());
            return socket;
        } catch (LinuxException e) {
            socket.close();
            throw e;
        }
    }

    /** {@link #connect(Path, long)} without a limit. */
    public static UnixSocket connect(Path path) throws LinuxException {
        return connect(path, 0);
    }

    /**
     * A socket connected to the one that listens at a path.
     *
     * @param path 107 bytes at most
     * @param timeoutMillis how long to wait while the listener's backlog is full, after which it is
     *     {@code EAGAIN}; 0 for no limit
     * @throws LinuxException with {@code ECONNREFUSED} when nobody listens at the path any more
     */
    public static UnixSocket connect(Path path, long timeoutMillis) throws LinuxException {
        UnixSocket socket = create();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = UnixAddress.of(arena, "connect", path);
            socket.setTimeouts(0, timeoutMillis);
            int answer = SocketCalls.connect(socket.fd(), address);
            LinuxException.check(answer, "connect", path.toString());
            socket.setTimeouts(0, 0);
            return socket;
        } catch (LinuxException e) {
            socket.close();
            throw e;
        }
    }

    /** Two sockets connected to one another. */
    public static UnixSocket[] pair() throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(JAVA_INT, 2);
            LinuxException.check(SocketCalls.pair(ends), "socketpair", "");
            return new UnixSocket[] {
                new UnixSocket(ends.getAtIndex(JAVA_INT, 0)),
                new UnixSocket(ends.getAtIndex(JAVA_INT, 1))
            };
        }
    }

    /** Takes over the descriptor of a connected stream socket, to close it in the end. */
    public static UnixSocket adopt(int fd) {
        return new UnixSocket(fd);
    }

    /** {@link #accept(int, long)} without an end to the wait. */
    public @Nullable UnixSocket accept(int wakeFd) throws LinuxException {
        return accept(wakeFd, -1);
    }

    /**
     * Waits for a connection to a listening socket.
     *
     * @param wakeFd a descriptor that ends the wait by becoming readable, or -1 for none
     * @param timeoutMillis negative waits without end
     * @return the connection, or null when woken or out of time
     */
    public @Nullable UnixSocket accept(int wakeFd, long timeoutMillis) throws LinuxException {
        while (awaitReadable(wakeFd, timeoutMillis) == Readiness.READY) {
            int answer = acceptOnce();
            if (answer >= 0) {
                return new UnixSocket(answer);
            }
            if (answer != -Errnos.EAGAIN && answer != -Errnos.EINTR) {
                throw new LinuxException("accept4", fd(), -answer);
            }
        }
        return null;
    }

    private int acceptOnce() {
        if (!descriptor.acquire()) {
            return -Errnos.EBADF;
        }
        try {
            return SocketCalls.accept(fd());
        } finally {
            descriptor.release();
        }
    }

    /** {@link #awaitReadable(int, long)} without a wake descriptor. */
    public Readiness awaitReadable(long timeoutMillis) throws LinuxException {
        return awaitReadable(NO_WAKE, timeoutMillis);
    }

    /**
     * Waits until there is something to receive or to accept, or the peer is gone. Of the receiving
     * thread.
     *
     * @param wakeFd a descriptor that ends the wait by becoming readable, or -1 for none; it has
     *     precedence
     * @param timeoutMillis negative waits without end
     */
    public Readiness awaitReadable(int wakeFd, long timeoutMillis) throws LinuxException {
        int answer = poll(wakeFd, timeoutMillis);
        LinuxException.check(answer, "poll", fd());
        if (answer == 0) {
            return Readiness.TIMED_OUT;
        }
        return waits.returned(1) != 0 ? Readiness.WOKEN : Readiness.READY;
    }

    private int poll(int wakeFd, long timeoutMillis) {
        if (!descriptor.acquire()) {
            return -Errnos.EBADF;
        }
        try {
            waits.set(0, fd(), PollEvents.IN);
            waits.set(1, wakeFd, PollEvents.IN);
            return waits.await(timeoutMillis);
        } finally {
            descriptor.release();
        }
    }

    /**
     * Receives what there is, waiting for the first byte.
     *
     * @param target where the bytes go, from its start
     * @param lengthBytes how many to receive at most, 1 or more
     * @param descriptors gets those that came with the bytes; emptied (and closed) first
     * @return bytes received, 0 when the peer has ended, or {@code -errno}: {@code -EAGAIN} after
     *     the time of {@link #setTimeouts}
     */
    public long receive(MemorySegment target, long lengthBytes, ReceivedDescriptors descriptors) {
        descriptors.close();
        return receiveMore(target, 0, lengthBytes, descriptors);
    }

    /**
     * Receives a known number of bytes; parameters as of {@link #receive}.
     *
     * @return {@code lengthBytes}, or fewer when the peer ended before, or {@code -errno}
     */
    public long receiveFully(
            MemorySegment target, long lengthBytes, ReceivedDescriptors descriptors) {
        descriptors.close();
        long done = 0;
        while (done < lengthBytes) {
            long answer = receiveMore(target, done, lengthBytes - done, descriptors);
            if (answer <= 0) {
                return answer < 0 ? answer : done;
            }
            done += answer;
        }
        return done;
    }

    private long receiveMore(
            MemorySegment target, long from, long length, ReceivedDescriptors descriptors) {
        MemorySegment part = target.asSlice(from, length);
        if (!descriptor.acquire()) {
            return -Errnos.EBADF;
        }
        try {
            long answer;
            do {
                answer = incoming.receive(fd(), part, descriptors);
            } while (answer == -Errnos.EINTR);
            return answer;
        } finally {
            descriptor.release();
        }
    }

    /**
     * Sends bytes, all of them, with descriptors beside the first.
     *
     * @param source where the bytes are, from its start
     * @param lengthBytes how many, 1 or more
     * @param descriptors up to 253; they stay the caller's
     * @return {@code lengthBytes}, or {@code -errno} when not all were sent: {@code -EPIPE} when
     *     the peer is gone, {@code -EAGAIN} after the time of {@link #setTimeouts}
     */
    public long send(MemorySegment source, long lengthBytes, int... descriptors) {
        if (descriptors.length > SocketMessage.MAX_DESCRIPTORS) {
            return -Errnos.EINVAL;
        }
        Descriptors.requireWithin(source, lengthBytes);
        if (!descriptor.acquire()) {
            return -Errnos.EBADF;
        }
        try {
            return sendAll(source, lengthBytes, descriptors);
        } finally {
            descriptor.release();
        }
    }

    private long sendAll(MemorySegment source, long lengthBytes, int... descriptors) {
        long done = 0;
        int[] beside = descriptors;
        while (done < lengthBytes) {
            MemorySegment part = source.asSlice(done, lengthBytes - done);
            long answer = outgoing.send(fd(), part, beside);
            if (answer >= 0) {
                done += answer;
                beside = NONE;
            } else if (answer != -Errnos.EINTR) {
                return answer;
            }
        }
        return done;
    }

    /**
     * Limits how long one wait inside {@link #receive} and {@link #send} lasts.
     *
     * @param receiveMillis 0 for no limit
     * @param sendMillis 0 for no limit
     */
    public void setTimeouts(long receiveMillis, long sendMillis) throws LinuxException {
        SocketOptions.setTimeouts(fd(), receiveMillis, sendMillis);
    }

    /** Who connected, or who listens where this one connected. */
    public PeerCredentials peerCredentials() throws LinuxException {
        return SocketOptions.peerCredentials(fd());
    }

    /** The descriptor; it stays this object's. */
    public int fd() {
        return descriptor.fd();
    }

    /** Ends both directions, and with them every wait; nothing happens when closed already. */
    public void shutdown() {
        if (descriptor.acquire()) {
            try {
                SocketCalls.shutdown(fd(), SocketCalls.SHUT_RDWR);
            } finally {
                descriptor.release();
            }
        }
    }

    @Override
    public void close() {
        descriptor.close();
    }

    private static UnixSocket create() throws LinuxException {
        return new UnixSocket(LinuxException.check(SocketCalls.socket(), "socket", "AF_UNIX"));
    }
}
