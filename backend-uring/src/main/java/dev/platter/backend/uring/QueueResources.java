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
import org.jspecify.annotations.Nullable;

/**
 * What a queue holds of the host, closed together, in the reverse order of opening: descriptors of
 * the image, the waker, the ring or the share of one, slabs; and where the ring is its own, the
 * epoll set that is its completion descriptor.
 */
final class QueueResources implements AutoCloseable {
    /** A request claims two entries at once, a write and a synchronisation linked to it. */
    private static final int ENTRIES_OF_REQUEST = 2;

    /** The most entries a ring can have. */
    private static final int MAX_ENTRIES = 1 << 15;

    private static final int NO_FD = -1;

    private final Deque<Runnable> closing = new ArrayDeque<>();
    private final FlushWaker waker;
    private final QueueFiles files;
    private final Lane lane;
    private final @Nullable PolledRing polled;
    private final Bounces bounces;
    private int completionFd = NO_FD;

    private QueueResources(
            UringBackend backend,
            int capacity,
            FileCalls fileCalls,
            IoUringCalls calls,
            @Nullable RingLoop loop,
            Arena arena)
            throws BackendException, LinuxException {
        boolean opened = false;
        closing.push(arena::close);
        ImageFile image = backend.image();
        RingOptions options = backend.options();
        RingLoop memoryOf = options.buffers() ? loop : null;
        try {
            files = new QueueFiles(image, fileCalls);
            closing.push(files::close);
            if (loop == null || options.kernelSubmits()) {
                EventFd event = EventFd.create();
                closing.push(event::close);
                waker = new FlushWaker(event);
                lane = ownRing(event.fd(), capacity, calls, backend, memoryOf);
            } else {
                waker = new FlushWaker(loop.waker());
                lane = loop.openLane(files, options.buffers());
            }
            closing.push(lane::close);
            if (options.devicePolls()) {
                polled = new PolledRing(calls, sizeOf(capacity), files.mainFd(), memoryOf);
                closing.push(polled::close);
            } else {
                polled = null;
            }
            bounces = new Bounces(image.memoryAlignmentBytes(), arena);
            closing.push(bounces::close);
            opened = true;
        } finally {
            if (!opened) {
                close();
            }
        }
    }

    private OwnedRing ownRing(
            int wakeFd,
            int capacity,
            IoUringCalls calls,
            UringBackend backend,
            @Nullable RingLoop memoryOf)
            throws BackendException, LinuxException {
        Epoll readiness = Epoll.create(1);
        closing.push(readiness::close);
        completionFd = readiness.fd();
        readiness.add(wakeFd, PollEvents.IN, 0);
        RingUse use = backend.options().kernelSubmits() ? RingUse.KERNEL_SUBMITS : RingUse.WATCHED;
        return new OwnedRing(
                calls, sizeOf(capacity), files, readiness, use, backend::poller, memoryOf);
    }

    private static int sizeOf(int capacity) {
        return Math.min(capacity, MAX_ENTRIES / ENTRIES_OF_REQUEST) * ENTRIES_OF_REQUEST;
    }

    /**
     * Opens all of it.
     *
     * @param loop the loop whose ring the queue shares, or null for a ring of its own; a queue
     *     whose submissions a thread of the kernel takes always has its own
     * @param arena the lifetime of native buffers; closed with the rest, or at once on failure
     */
    static QueueResources open(
            UringBackend backend,
            int capacity,
            FileCalls fileCalls,
            IoUringCalls calls,
            @Nullable RingLoop loop,
            Arena arena)
            throws BackendException {
        try {
            return new QueueResources(backend, capacity, fileCalls, calls, loop, arena);
        } catch (LinuxException failure) {
            throw new BackendException(
                    "cannot open a queue of "
                            + backend.image().path()
                            + ": "
                            + failure.getMessage(),
                    failure.errno());
        }
    }

    /** The descriptor that tells of completions, or -1 where the loop does. */
    int completionFd() {
        return completionFd;
    }

    FlushWaker waker() {
        return waker;
    }

    QueueFiles files() {
        return files;
    }

    Lane lane() {
        return lane;
    }

    /** The second ring, of a disk that is polled for; else null. */
    @Nullable PolledRing polled() {
        return polled;
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
