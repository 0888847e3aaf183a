package dev.platter.driver;

import dev.platter.api.device.QueueRing;
import dev.platter.api.memory.GuestMemoryMap;
import java.io.IOException;

/** One running queue of an in-process device, with whoever brings the time it runs on. */
interface QueueRunner {
    /** Tells the device that there are new requests. */
    void kick();

    /** Waits for a call and takes it. */
    boolean awaitCall(long timeoutNanos);

    /** Whether the device gave the queue up. */
    boolean broken();

    /** Lets the queue go over to another snapshot of the guest's memory. */
    void memoryChanged(GuestMemoryMap memory, QueueRing ring) throws IOException;

    /** Drains and closes the queue; answers where to go on. */
    int stop() throws IOException;
}
