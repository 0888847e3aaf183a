package dev.platter.backend.uring;

import dev.platter.api.block.BackendException;
import dev.platter.linux.Epoll;
import dev.platter.linux.Errnos;
import dev.platter.linux.IoUringCalls;
import dev.platter.linux.IoUringRegister;
import dev.platter.linux.LinuxException;
import dev.platter.linux.PollEvents;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ring of a queue, replaced when another thread becomes the queue's owner, as a ring belongs to
 * the thread that enabled it.
 *
 * <p>Its descriptor is that of an epoll set around the ring's, so that it stays the same whatever
 * becomes of the ring.
 */
final class OwnedRing extends Lane {
    /** The lane's number: there is no other. */
    private static final int NUMBER = 1;

    private static final Logger LOG = LoggerFactory.getLogger(OwnedRing.class);

    private final IoUringCalls calls;
    private final int size;
    private final QueueFiles files;
    private final Epoll readiness;
    private Ring ring;
    private FileTable table;
    private @Nullable Thread owner;

    /**
     * Sets up a ring that the first thread to hand over will own.
     *
     * @param size how many entries may have to be handed over at once
     * @param readiness takes the ring up; stays the caller's
     */
    OwnedRing(IoUringCalls calls, int size, QueueFiles files, Epoll readiness)
            throws BackendException {
        super(NUMBER);
        this.calls = calls;
        this.size = size;
        this.files = files;
        this.readiness = readiness;
        ring = open(RingUse.WATCHED);
        table = takeUp(ring);
    }

    private Ring open(RingUse use) throws BackendException {
        // As many completions as submissions: no request has more of the one than of the other in
        // flight, so the completion queue cannot overflow.
        Ring opened = Ring.open(calls, size, size, use);
        return opened;
    }

    /** Fits a new ring out; closes it if that cannot be done. */
    private FileTable takeUp(Ring opened) throws BackendException {
        boolean done = false;
        try {
            FileTable registered = FileTable.register(opened, 1, QueueFiles.MAX_PLACES);
            files.attach(registered);
            readiness.add(opened.fd(), PollEvents.IN, 0);
            done = true;
            return registered;
        } catch (LinuxException failure) {
            throw new BackendException(
                    "cannot watch an io_uring: " + failure.getMessage(), failure.errno());
        } finally {
            if (!done) {
                opened.close();
            }
        }
    }

    @Override
    Ring ring() {
        return ring;
    }

    @Override
    FileTable table() {
        return table;
    }

    @Override
    boolean room(int entries) {
        return ring.submissions().free() >= entries;
    }

    @Override
    boolean owned() {
        return Thread.currentThread() == owner;
    }

    @Override
    int adopt() {
        Thread caller = Thread.currentThread();
        try {
            if (owner != null || caller.isVirtual()) {
                Ring old = ring;
                Ring opened = open(caller.isVirtual() ? RingUse.ROAMING : RingUse.WATCHED);
                table = takeUp(opened);
                ring = opened;
                owner = null;
                forget(old);
            }
        } catch (BackendException failure) {
            LOG.warn("a queue cannot change hands: {}", failure.getMessage());
            return failure.errno() == 0 ? -Errnos.EIO : -failure.errno();
        }
        int answer = ring.enable();
        if (answer >= 0) {
            owner = caller;
        }
        return Math.min(answer, 0);
    }

    private void forget(Ring old) {
        try {
            readiness.remove(old.fd());
        } catch (LinuxException failure) {
            LOG.warn("a ring stays watched: {}", failure.getMessage());
        }
        old.close();
    }

    /** Ends the ring; best called by its owner, whose thread otherwise keeps it until it ends. */
    @Override
    public void close() {
        if (Thread.currentThread() == owner) {
            // Not left to the end of the ring, which comes some time after its descriptor's.
            ring.register(IoUringRegister.UNREGISTER_FILES, MemorySegment.NULL, 0);
            ring.disown();
        }
        forget(ring);
    }
}
