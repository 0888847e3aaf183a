package dev.platter.vhostuser;

import dev.platter.api.device.EventLoopProvider;
import dev.platter.api.device.VirtioDevice;
import org.jspecify.annotations.Nullable;

/**
 * All queues of a session with what they share: the negotiated features and the guest's memory. Of
 * the session's thread.
 *
 * <p>Queues are brought to rest one after another in the order of their index, while those behind
 * run on: a device's control queue comes first, and its requests may wait for those of the others.
 */
final class VringSet implements AutoCloseable {
    private final Vring[] vrings;
    private long features;
    private GuestMemoryTable memory = GuestMemoryTable.EMPTY;
    private @Nullable DirtyBitmap log;

    VringSet(VirtioDevice device, int count, EventLoopProvider loops, Polling polling) {
        vrings = new Vring[count];
        for (int i = 0; i < count; i++) {
            vrings[i] = new Vring(i, device, loops, polling);
        }
    }

    /** How many queues there are. */
    int count() {
        return vrings.length;
    }

    /**
     * A queue.
     *
     * @param index as the front-end gave it, unsigned
     * @throws RequestRefusedException if the device has no such queue
     */
    Vring get(int index) throws RequestRefusedException {
        if (Integer.compareUnsigned(index, vrings.length) >= 0) {
            throw new RequestRefusedException(
                    "there is no queue %s: the device has %d queues"
                            .formatted(Integer.toUnsignedString(index), vrings.length));
        }
        return vrings[index];
    }

    /**
     * The features that queues start with from now on; running ones go on as they are, but all
     * begin or cease to log what they write.
     */
    void setFeatures(long newFeatures) {
        boolean logging = TransportFeatures.logsWrites(features);
        features = newFeatures;
        if (logging == TransportFeatures.logsWrites(newFeatures)) {
            startReady();
        } else {
            replaceMemory(memory);
        }
    }

    /** Gives the queues a log to mark what they write in, when the features say so. */
    void setLog(DirtyBitmap newLog) {
        DirtyBitmap old = log;
        log = newLog;
        replaceMemory(memory);
        if (old != null) {
            old.close();
        }
    }

    /** The guest's memory at this moment. */
    GuestMemoryTable memory() {
        return memory;
    }

    /**
     * Changes the guest's memory: brings the running queues to rest, moves them, and unmaps what is
     * gone. Queues that had requests in flight, or whose place is gone, were stopped meanwhile;
     * those that lie in the new memory are started again.
     */
    void replaceMemory(GuestMemoryTable replacement) {
        for (Vring vring : vrings) {
            vring.pause();
        }
        GuestMemoryTable old = memory;
        memory = replacement.withDirtyLog(TransportFeatures.logsWrites(features) ? log : null);
        for (Vring vring : vrings) {
            vring.resume(memory);
        }
        old.unmapAllBut(replacement);
        startReady();
    }

    /** Starts a queue if it is ready. */
    void startIfReady(Vring vring) {
        vring.startIfReady(features, TransportFeatures.ringsStartDisabled(features), memory);
    }

    /** Stops and resets all queues; memory and features stay. */
    void reset() {
        for (Vring vring : vrings) {
            vring.reset();
        }
    }

    private void startReady() {
        for (Vring vring : vrings) {
            startIfReady(vring);
        }
    }

    /** Drains, stops and closes all queues, then unmaps the memory. */
    @Override
    public void close() {
        for (Vring vring : vrings) {
            vring.close();
        }
        memory.unmapAllBut(GuestMemoryTable.EMPTY);
        memory = GuestMemoryTable.EMPTY;
        if (log != null) {
            log.close();
            log = null;
        }
    }
}
