package dev.platter.driver;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * How a driver's queues reach the device: the part of a VMM between the two. Control methods are
 * called by one thread at a time; {@link #kick} and {@link #awaitCall} by the owner of each ring.
 *
 * <p>The order of calls: {@link #deviceFeatures()}, then {@link #start}; then {@link #stop()} and
 * {@link #start} again with the same rings, which go on where they stopped; or {@link #reset()} and
 * {@link #start} with new rings, as a new driver does.
 */
public interface FrontEnd extends AutoCloseable {
    /** The guest's memory; where a driver places its rings and buffers. */
    GuestMemory memory();

    /** The feature bits that the device offers. */
    long deviceFeatures();

    /**
     * Reads the start of the device's configuration space, little-endian.
     *
     * @throws IOException if the device does not tell it this way
     */
    byte[] config(int lengthBytes) throws IOException;

    /**
     * Starts the queues.
     *
     * @param features the feature bits that the driver accepts
     * @param rings the rings by queue index; null where the driver does not use the queue
     * @throws IOException if the device refuses; one sentence says what
     */
    void start(long features, @Nullable RingDriver[] rings) throws IOException;

    /** Tells the device that a queue has new requests. */
    void kick(int queue);

    /**
     * Waits for the device's call for a queue; one thread a queue. May return early without one.
     *
     * @return whether there was a call; false when the time is over
     */
    boolean awaitCall(int queue, long timeoutNanos);

    /**
     * Whether the device has told that it gave a queue up, because the driver broke its rules. The
     * telling may come a moment after the deed.
     */
    boolean broken(int queue);

    /**
     * Stops all queues. The device ends what it has taken, and each ring keeps the position at
     * which to go on.
     */
    void stop() throws IOException;

    /** Stops all queues if they run, and resets the device for a new driver. */
    void reset() throws IOException;

    /** Gives the guest another region of memory, also while the queues run. */
    MemoryRegion addMemory(long guestAddress, long sizeBytes) throws IOException;

    /** Takes a region from the guest, also while the queues run; nothing in it is in use. */
    void removeMemory(MemoryRegion region) throws IOException;

    /** Stops the queues and lets go of the device; the memory stays the caller's. */
    @Override
    void close() throws IOException;
}
