package dev.platter.backend.uring;

import dev.platter.api.block.BackendException;
import dev.platter.linux.IoUringCalls;
import org.jspecify.annotations.Nullable;

/**
 * A second ring of one queue, for reads and volatile writes past the page cache, whose completions
 * the owner polls for at the device: the kernel takes nothing else in such a ring. A virtual
 * thread's is a plain ring, looked at as often.
 */
final class PolledRing extends AdoptedRing {
    /** Where the descriptor is registered: there is no other. */
    static final int FILE = 0;

    private int inFlight;

    /**
     * Sets up a ring that the first thread to hand over will own.
     *
     * @param size how many requests may be in flight at once
     * @param imageFd the image, opened with O_DIRECT; stays the caller's
     * @param memoryOf as of {@link AdoptedRing}
     */
    PolledRing(IoUringCalls calls, int size, int imageFd, @Nullable RingLoop memoryOf)
            throws BackendException {
        super(
                calls,
                size,
                RingUse.DEVICE_POLLED,
                () -> RingSetup.NO_RING,
                memoryOf,
                ring -> register(ring, imageFd));
    }

    private static FileTable register(Ring ring, int imageFd) throws BackendException {
        FileTable registered = FileTable.register(ring, 1, 1);
        if (registered.put(imageFd) != FILE) {
            throw new BackendException("io_uring has no room for a descriptor");
        }
        return registered;
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
            pump.handOverAndLook(ring());
            pump.reap(ring());
        }
    }
}
