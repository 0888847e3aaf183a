package dev.platter.backend.uring;

import dev.platter.api.block.BackendException;
import dev.platter.backend.file.ImageFile;
import dev.platter.linux.Epoll;
import dev.platter.linux.EventFd;
import dev.platter.linux.FileCalls;
import dev.platter.linux.IoUringCalls;
import dev.platter.linux.LinuxException;
import dev.platter.linux.PollEvents;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a queue holds of the host, closed together, in the reverse order of opening: the epoll set
 * that is its completion descriptor, the waker, descriptors of the image, the ring, slabs.
 */
final class QueueResources implements AutoCloseable {
    /** A request claims two entries at once, a write and a synchronisation linked to it. */
    private static final int ENTRIES_OF_REQUEST = 2;

    /** The most entries a ring can have. */
    private static final int MAX_ENTRIES = 1 << 15;

    private final Deque<Runnable> closing = new ArrayDeque<>();
    private final Epoll readiness;
    private final FlushWaker waker;
    private final QueueFiles files;
    private final OwnedRing rings;
    private final Bounces bounces;

    private QueueResources(
            ImageFile image, int capacity, FileCalls fileCalls, IoUringCalls calls, Arena arena)
            throws BackendException, LinuxException {
        boolean opened = false;
        closing.push(arena::close);
        try {
            readiness = Epoll.create(1);
            closing.push(readiness::close);
            waker = new FlushWaker(EventFd.create());
            closing.push(waker::close);
            readiness.add(waker.fd(), PollEvents.IN, 0);
            files = new QueueFiles(image, fileCalls, arena);
            closing.push(files::close);
            int size = Math.min(capacity, MAX_ENTRIES / ENTRIES_OF_REQUEST) * ENTRIES_OF_REQUEST;
            rings = new OwnedRing(calls, size, files, readiness);
            closing.push(rings::close);
            bounces = new Bounces(image.memoryAlignmentBytes(), arena);
            closing.push(bounces::close);
            opened = true;
        } finally {
            if (!opened) {
                close();
            }
        }
    }

    /**
     * Opens all of it.
     *
     * @param arena the lifetime of native buffers; closed with the rest, or at once on failure
     */
    static QueueResources open(
            ImageFile image, int capacity, FileCalls fileCalls, IoUringCalls calls, Arena arena)
            throws BackendException {
        try {
            return new QueueResources(image, capacity, fileCalls, calls, arena);
        } catch (LinuxException failure) {
            throw new BackendException(
                    "cannot open a queue of " + image.path() + ": " + failure.getMessage(),
                    failure.errno());
        }
    }

    int completionFd() {
        return readiness.fd();
    }

    FlushWaker waker() {
        return waker;
    }

    QueueFiles files() {
        return files;
    }

    OwnedRing rings() {
        return rings;
    }

    Bounces bounces() {
        return bounces;
    }

    @Override
    public void close() {
        while (!closing.isEmpty()) {
            closing.pop().run();
        }
    }
}
