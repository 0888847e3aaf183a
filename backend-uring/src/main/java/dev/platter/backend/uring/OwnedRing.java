package dev.platter.backend.uring;

import dev.platter.api.block.BackendException;
import dev.platter.linux.Epoll;
import dev.platter.linux.Errnos;
import dev.platter.linux.IoUringCalls;
import dev.platter.linux.IoUringRegister;
import dev.platter.linux.LinuxException;
import dev.platter.linux.PollEvents;
import java.lang.foreign.MemorySegment;
import java.util.function.IntSupplier;
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
    private final RingUse use;
    private final IntSupplier poller;
    private final GuestBuffers buffers = new GuestBuffers();
    private final @Nullable RingLoop memoryOf;
    private Ring ring;

    /** For other threads, whose rings share this one's kernel thread. */
    private volatile int fd;

    private FileTable table;
    private @Nullable Thread owner;

    /**
     * Sets up a ring that the first thread to hand over will own.
     *
     * @param size how many entries may have to be handed over at once
     * @param readiness takes the ring up; stays the caller's
     * @param use {@link RingUse#WATCHED}, or {@link RingUse#KERNEL_SUBMITS}
     * @param poller tells the ring whose kernel thread a new one shares, or {@link
     *     RingSetup#NO_RING}
     * @param memoryOf the owner's loop, whose guest's memory is to be registered, or null for none
     */
    OwnedRing(
            IoUringCalls calls,
            int size,
            QueueFiles files,
            Epoll readiness,
            RingUse use,
            IntSupplier poller,
            @Nullable RingLoop memoryOf)
            throws BackendException {
        super(NUMBER);
        this.calls = calls;
        this.size = size;
        this.files = files;
        this.readiness = readiness;
        this.use = use;
        this.poller = poller;
        this.memoryOf = memoryOf;
        ring = open(use);
        table = takeUp(ring);
        fd = ring.fd();
    }

    private Ring open(RingUse as) throws BackendException {
        // As many completions as submissions: no request has more of the one than of the other in
        // flight, so the completion queue cannot overflow.
        int sharing = as == RingUse.KERNEL_SUBMITS ? poller.getAsInt() : RingSetup.NO_RING;
        return Ring.open(calls, size, size, as, sharing);
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
    GuestBuffers buffers() {
        return buffers;
    }

    /**
     * A kernel thread that serves several rings takes a few entries of each in turn, and what it
     * leaves for the next time has lost its link.
     */
    @Override
    boolean keepsLinks() {
        return use != RingUse.KERNEL_SUBMITS;
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
                Ring opened = open(caller.isVirtual() ? RingUse.ROAMING : use);
                table = takeUp(opened);
                ring = opened;
                fd = opened.fd();
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
            buffers.bind(ring);
            if (memoryOf != null) {
                memoryOf.register(buffers);
            }
        }
        return Math.min(answer, 0);
    }

    /** The descriptor of the ring that has a kernel thread, or {@link RingSetup#NO_RING}. */
    int pollerFd() {
        return use == RingUse.KERNEL_SUBMITS ? fd : RingSetup.NO_RING;
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
        fd = RingSetup.NO_RING;
        if (memoryOf != null) {
            memoryOf.unregister(buffers);
        }
        if (Thread.currentThread() == owner) {
            // Not left to the end of the ring, which comes some time after its descriptor's.
            ring.register(IoUringRegister.UNREGISTER_FILES, MemorySegment.NULL, 0);
            ring.disown();
        }
        forget(ring);
    }
}
