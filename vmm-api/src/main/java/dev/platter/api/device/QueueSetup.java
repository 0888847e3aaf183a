package dev.platter.api.device;

import dev.platter.api.memory.GuestMemoryMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything a device needs to start one of its queues.
 *
 * @param index the queue's index in the device
 * @param features the negotiated virtio feature bits
 * @param ring where the ring lies
 * @param memory the guest's memory
 * @param nextAvail where to go on: 0 for a new split ring, 0x8000_8000 (both wrap counters 1) for a
 *     new packed one, else what {@link QueueHandler#nextAvail()} of the stopped handler said
 * @param call tells the guest that requests were used
 * @param wake asks the owner thread to call {@link QueueHandler#process()} soon; the device uses it
 *     from other threads
 * @param loop what the owner waits in, for the device's own descriptors and its backends'
 *     completions; or null, and the owner waits for {@link QueueHandler#completionFds}
 */
public record QueueSetup(
        int index,
        long features,
        QueueRing ring,
        GuestMemoryMap memory,
        int nextAvail,
        Notifier call,
        Notifier wake,
        @Nullable EventLoop loop) {
    /** For an owner that waits by means of its own. */
    public QueueSetup(
            int index,
            long features,
            QueueRing ring,
            GuestMemoryMap memory,
            int nextAvail,
            Notifier call,
            Notifier wake) {
        this(index, features, ring, memory, nextAvail, call, wake, null);
    }
}
