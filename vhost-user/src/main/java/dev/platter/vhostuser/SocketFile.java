package dev.platter.vhostuser;

import dev.platter.linux.Errnos;
import dev.platter.linux.LinuxException;
import dev.platter.linux.UnixSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening socket and the file it is reached by. The file is ours as long as it is the one we
 * made; only then is it removed in the end.
 */
final class SocketFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SocketFile.class);

    private static final int BACKLOG = 8;
    private static final int TYPE_MASK = 0xf000;
    private static final int TYPE_SOCKET = 0xc000;

    private final Path path;
    private final UnixSocket listener;
    private final Object identity;

    private SocketFile(Path path, UnixSocket listener, Object identity) {
        this.path = path;
        this.listener = listener;
        this.identity = identity;
    }

    /**
     * Listens at a path, which only this user may connect to. A socket that nobody listens at is
     * replaced.
     *
     * @throws VhostUserException if another server listens there, if it is something else than a
     *     socket, or if the host refuses
     */
    static SocketFile listen(Path path) throws VhostUserException {
        try {
            removeStale(path);
            return create(path);
        } catch (LinuxException | IOException e) {
            throw new VhostUserException(
                    "cannot listen on %s: %s; choose a path of at most 107 bytes in a folder that you may write to"
                            .formatted(path, text(e)),
                    e);
        }
    }

    private static SocketFile create(Path path) throws LinuxException, IOException {
        UnixSocket listener = UnixSocket.listen(path, BACKLOG);
        try {
            return new SocketFile(path, listener, identity(path));
        } catch (IOException e) {
            listener.close();
            throw e;
        }
    }

    /** The socket, to accept connections from. */
    UnixSocket listener() {
        return listener;
    }

    private static void removeStale(Path path) throws VhostUserException, IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Object found = identity(path);
        if (!isSocket(path)) {
            throw new VhostUserException(
                    "%s exists and is not a socket: choose another path or remove it"
                            .formatted(path));
        }
        try (UnixSocket probe = UnixSocket.connect(path)) {
            Objects.requireNonNull(probe);
            throw new VhostUserException(
                    "the socket %s is in use: another server listens there; stop it, or choose another path"
                            .formatted(path));
        } catch (LinuxException e) {
            if (e.errno() != Errnos.ECONNREFUSED) {
                throw new VhostUserException(
                        "cannot tell whether the socket %s is in use: %s"
                                .formatted(path, e.getMessage()),
                        e);
            }
        }
        if (identity(path).equals(found)) {
            LOG.debug("replacing the stale socket {}", path);
            Files.delete(path);
        }
    }

    private static boolean isSocket(Path path) throws IOException {
        Object mode = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        return mode instanceof Integer bits && (bits & TYPE_MASK) == TYPE_SOCKET;
    }

    /** What distinguishes this file from another of the same name: its device and inode. */
    private static Object identity(Path path) throws IOException {
        return Map.copyOf(Files.readAttributes(path, "unix:dev,ino", LinkOption.NOFOLLOW_LINKS));
    }

    private static String text(Exception e) {
        return e instanceof LinuxException ? String.valueOf(e.getMessage()) : e.toString();
    }

    /** Stops listening, and removes the file if it is still ours. */
    @Override
    public void close() {
        try {
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && identity(path).equals(identity)) {
                Files.delete(path);
            }
        } catch (IOException e) {
            LOG.warn("cannot remove the socket {}: {}", path, e.toString());
        }
        listener.close();
    }
}
