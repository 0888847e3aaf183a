package dev.platter.backend.file;

import dev.platter.api.block.BackendException;
import dev.platter.linux.Errnos;
import dev.platter.linux.FileCalls;
import dev.platter.linux.FileLocks;

/**
 * The lock on an image, in the bytes QEMU uses, so that each sees the other.
 *
 * <pre>
 *   byte 100 + p   held by who uses permission p
 *   byte 200 + p   held by who does not let others use permission p
 *   p: 0 consistent read, 1 write, 2 write unchanged, 3 resize
 * </pre>
 *
 * <p>All are shared locks of the open file description, so any number may hold them. Whoever opens
 * an image first takes its own bytes and then asks whether anyone holds a byte that forbids it: of
 * two at the same time at least one sees the other. The lock ends when the description is closed,
 * also when the process dies.
 */
final class ImageLock {
    private static final int USED_BASE = 100;
    private static final int NOT_SHARED_BASE = 200;

    private static final int CONSISTENT_READ = 0;
    private static final int WRITE = 1;
    private static final int RESIZE = 3;

    private static final int[] READER_USES = {CONSISTENT_READ};
    private static final int[] WRITER_USES = {CONSISTENT_READ, WRITE};
    private static final int[] NOT_SHARED = {WRITE, RESIZE};

    private final FileCalls calls;
    private final int fd;
    private final String path;

    private ImageLock(FileCalls calls, int fd, String path) {
        this.calls = calls;
        this.fd = fd;
        this.path = path;
    }

    /**
     * Locks an image for reading, or for reading and writing, by one.
     *
     * @throws BackendException with {@code EBUSY} if the image is open elsewhere in a way that
     *     forbids this; or if the file system has no locks
     */
    static void acquire(FileCalls calls, int fd, String path, boolean readOnly)
            throws BackendException {
        ImageLock lock = new ImageLock(calls, fd, path);
        int[] uses = readOnly ? READER_USES : WRITER_USES;
        lock.take(USED_BASE, uses);
        lock.take(NOT_SHARED_BASE, NOT_SHARED);
        for (int permission : NOT_SHARED) {
            lock.refuseIfHeld(USED_BASE + permission, "writes to it");
        }
        for (int permission : uses) {
            lock.refuseIfHeld(NOT_SHARED_BASE + permission, "lets no other write to it");
        }
    }

    private void take(int base, int[] permissions) throws BackendException {
        for (int permission : permissions) {
            int answer = calls.lock(fd, FileLocks.F_RDLCK, base + permission, 1);
            if (answer == -Errnos.EAGAIN || answer == -Errnos.EACCES) {
                throw inUse("has locked it");
            }
            if (answer < 0) {
                throw HostFailures.of("lock", path, answer);
            }
        }
    }

    private void refuseIfHeld(int position, String what) throws BackendException {
        // An exclusive lock is only asked about, never taken: shared ones would not be in its way.
        int held = calls.queryLock(fd, FileLocks.F_WRLCK, position, 1);
        if (held < 0) {
            throw HostFailures.of("query the locks of", path, held);
        }
        if (held != FileLocks.F_UNLCK) {
            throw inUse(what);
        }
    }

    private BackendException inUse(String what) {
        return new BackendException(
                path
                        + " is in use by another process, or as another disk of this one, which "
                        + what
                        + "; end that use, or name another image",
                Errnos.EBUSY);
    }
}
