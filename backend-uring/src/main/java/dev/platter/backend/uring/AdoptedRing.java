package dev.platter.backend.uring;

import dev.platter.api.block.BackendException;
import dev.platter.linux.Errnos;
import dev.platter.linux.IoUringCalls;
import dev.platter.linux.IoUringRegister;
import java.lang.foreign.MemorySegment;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A ring that is one queue's alone, replaced when another thread becomes the queue's owner, as a
 * ring belongs to the thread that enabled it.
 */
abstract class AdoptedRing extends Lane {
    /** The lane's number: there is no other. */
    private static final int NUMBER = 1;

    private static final Logger LOG = LoggerFactory.getLogger(AdoptedRing.class);

    private final IoUringCalls calls;
    private final int size;
    private final RingUse use;
    private final IntSupplier poller;
    private final @Nullable RingLoop memoryOf;
    private final Fitting fitting;
    private final GuestBuffers buffers = new GuestBuffers();
    private Ring ring;
    private FileTable table;
    private @Nullable Thread owner;

    /** For other threads, whose rings share this one's kernel thread. */
    private volatile int fd;

    /** What a ring needs besides itself. */
    interface Fitting {
        /** Registers what the queue uses with a new ring. */
        FileTable fit(Ring ring) throws BackendException;

        /** Lets go of a ring that is to be closed. */
        default void strip(Ring ring) {}
    }

    /**
     * Sets up a ring that the first thread to hand over will own.
     *
     * @param size how many entries may have to be handed over at once
     * @param use what a platform thread uses it for; a virtual one's roams
     * @param poller tells the ring whose kernel thread a new one shares, or {@link
     *     RingSetup#NO_RING}
     * @param memoryOf the owner's loop, whose guest's memory is to be registered, or null for none
     */
    AdoptedRing(
            IoUringCalls calls,
            int size,
            RingUse use,
            IntSupplier poller,
            @Nullable RingLoop memoryOf,
            Fitting fitting)
            throws BackendException {
        super(NUMBER);
        this.calls = calls;
        this.size = size;
        this.use = use;
        this.poller = poller;
        this.memoryOf = memoryOf;
        this.fitting = fitting;
        ring = open(use);
        table = fit(ring);
        fd = ring.fd();
    }

    private Ring open(RingUse as) throws BackendException {
        // As many completions as submissions: no request has more of the one than of the other in
        // flight, so the completion queue cannot overflow.
        int sharing = as == RingUse.KERNEL_SUBMITS ? poller.getAsInt() : RingSetup.NO_RING;
        return Ring.open(calls, size, size, as, sharing);
    }

    /** Fits a new ring out; closes it if that cannot be done. */
    private FileTable fit(Ring opened) throws BackendException {
        boolean done = false;
        try {
            FileTable registered = fitting.fit(opened);
            done = true;
            return registered;
        } finally {
            if (!done) {
                opened.close();
            }
        }
    }

    @Override
    final Ring ring() {
        return ring;
    }

    @Override
    final FileTable table() {
        return table;
    }

    @Override
    final GuestBuffers buffers() {
        return buffers;
    }

    @Override
    final boolean room(int entries) {
        return ring.submissions().free() >= entries;
    }

    @Override
    final boolean owned() {
        return Thread.currentThread() == owner;
    }

    @Override
    final int adopt() {
        Thread caller = Thread.currentThread();
        try {
            if (owner != null || caller.isVirtual()) {
                replace(caller.isVirtual() ? RingUse.ROAMING : use);
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

    private void replace(RingUse as) throws BackendException {
        Ring opened = open(as);
        table = fit(opened);
        Ring old = ring;
        ring = opened;
        fd = opened.fd();
        owner = null;
        forgetMemory();
        fitting.strip(old);
        old.close();
    }

    private void forgetMemory() {
        if (memoryOf != null) {
            memoryOf.unregister(buffers);
        }
    }

    /** The descriptor of the ring that has a kernel thread, or {@link RingSetup#NO_RING}. */
    final int pollerFd() {
        return use == RingUse.KERNEL_SUBMITS ? fd : RingSetup.NO_RING;
    }

    /** Whether a thread of the kernel takes the submissions of a platform thread. */
    final boolean kernelSubmits() {
        return use == RingUse.KERNEL_SUBMITS;
    }

    /** Ends the ring; best called by its owner, whose thread otherwise keeps it until it ends. */
    @Override
    public final void close() {
        fd = RingSetup.NO_RING;
        forgetMemory();
        if (owned()) {
            // Not left to the end of the ring, which comes some time after its descriptor's.
            ring.register(IoUringRegister.UNREGISTER_FILES, MemorySegment.NULL, 0);
            ring.disown();
        }
        fitting.strip(ring);
        ring.close();
    }
}
