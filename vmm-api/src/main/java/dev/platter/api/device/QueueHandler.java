package dev.platter.api.device;

import dev.platter.api.memory.GuestMemoryMap;
import java.util.function.IntConsumer;

/**
 * The device's side of one running queue. One thread at a time owns it and brings all the time it
 * runs on: the device starts no thread of its own.
 *
 * <p>An owner's loop:
 *
 * <pre>{@code
 * for (;;) {
 *     handler.process();
 *     if (handler.enableKicks()) {
 *         wait for a kick, a wake-up, or one of the completion descriptors;
 *     }
 * }
 * }</pre>
 */
public interface QueueHandler extends AutoCloseable {
    /**
     * Takes what the guest made available, starts it, collects completions, publishes used requests
     * and calls the guest if it wants that. Never throws for anything a guest or a host did.
     *
     * @return how many requests were taken or ended; 0 when there was nothing to do
     */
    int process();

    /**
     * Asks the guest for a kick when it makes the next request available, and looks once more for
     * anything to process: requests, and completions that nothing would announce.
     *
     * @return true if the owner may wait; false if there is something to process already
     */
    boolean enableKicks();

    /** How many requests the device holds: taken from the ring and not yet used. */
    int inFlight();

    /**
     * Stops taking requests from the ring; {@link #process()} still ends those in flight.
     * Irrevocable: the next step is {@link #close()} once {@link #inFlight()} is 0.
     */
    void stopTaking();

    /**
     * Whether the guest broke the queue's rules; a broken queue takes no further request until it
     * is set up again.
     */
    boolean broken();

    /** The ring position to hand to the handler that follows this one; stable once drained. */
    int nextAvail();

    /**
     * Names the descriptors that become readable when there is a completion to collect. Those that
     * the {@link QueueSetup#loop} watches already are not among them.
     */
    void completionFds(IntConsumer consumer);

    /**
     * Takes a new snapshot of the guest's memory, and the ring's place in it. Only with nothing in
     * flight.
     */
    void memoryChanged(GuestMemoryMap memory, QueueRing ring);

    /** Ends the handler. Only with nothing in flight. */
    @Override
    void close();
}
