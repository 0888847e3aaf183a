package dev.platter.backend.uring;

import dev.platter.api.block.BackendException;
import dev.platter.linux.Errnos;
import dev.platter.linux.IoUringCalls;
import dev.platter.linux.IoUringRegister;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A second ring of one queue, for reads and volatile writes past the page cache, whose completions
 * the owner polls for at the device: the kernel takes nothing else in such a ring.
 */
final class PolledRing extends Lane {
    /** Where the descriptor is registered: there is no other. */
    static final int FILE = 0;

    private static final int NUMBER = 1;

    private static final Logger LOG = LoggerFactory.getLogger(PolledRing.class);

    private final IoUringCalls calls;
    private final int size;
    private final int imageFd;
    private final GuestBuffers buffers = new GuestBuffers();
    private final @Nullable RingLoop memoryOf;
    private Ring ring;
    private FileTable table;
    private @Nullable Thread owner;
    private int inFlight;

    /**
     * Sets up a ring that the first thread to hand over will own.
     *
     * @param size how many requests may be in flight at once
     * @param imageFd the image, opened with O_DIRECT; stays the caller's
     * @param memoryOf the owner's loop, whose guest's memory is to be registered, or null for none
     */
    PolledRing(IoUringCalls calls, int size, int imageFd, @Nullable RingLoop memoryOf)
            throws BackendException {
        super(NUMBER);
        this.calls = calls;
        this.size = size;
        this.imageFd = imageFd;
        this.memoryOf = memoryOf;
        ring = Ring.open(calls, size, size, RingUse.DEVICE_POLLED);
        table = takeUp(ring);
    }

    private FileTable takeUp(Ring opened) throws BackendException {
        boolean done = false;
        try {
            FileTable registered = FileTable.register(opened, 1, 1);
            if (registered.put(imageFd) != FILE) {
                throw new BackendException("io_uring has no room for a descriptor");
            }
            done = true;
            return registered;
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

    @Override
    boolean owned() {
        return Thread.currentThread() == owner;
    }

    @Override
    int adopt() {
        try {
            if (owner != null) {
                Ring opened = Ring.open(calls, size, size, RingUse.DEVICE_POLLED);
                table = takeUp(opened);
                ring.close();
                ring = opened;
                owner = null;
            }
        } catch (BackendException failure) {
            LOG.warn("a queue cannot change hands: {}", failure.getMessage());
            return failure.errno() == 0 ? -Errnos.EIO : -failure.errno();
        }
        int answer = ring.enable();
        if (answer >= 0) {
            owner = Thread.currentThread();
            buffers.bind(ring);
            if (memoryOf != null) {
                memoryOf.register(buffers);
            }
        }
        return Math.min(answer, 0);
    }

    @Override
    boolean room(int entries) {
        return ring.submissions().free() >= entries;
    }

    /** An operation was claimed here. */
    void began() {
        inFlight++;
    }

    /** Its completion has come. */
    void ended() {
        inFlight--;
    }

    /** Whether the owner must not sleep: nobody would tell it of the next completion. */
    boolean isBusy() {
        return inFlight > 0;
    }

    /** Hands over what was claimed, looks once at the device, and tells of what has ended. */
    void poll(RingPump pump) {
        if (inFlight > 0) {
            pump.handOverAndLook(ring);
            pump.reap(ring);
        }
    }

    @Override
    public void close() {
        if (memoryOf != null) {
            memoryOf.unregister(buffers);
        }
        if (Thread.currentThread() == owner) {
            ring.register(IoUringRegister.UNREGISTER_FILES, MemorySegment.NULL, 0);
            ring.disown();
        }
        ring.close();
    }
}
