package dev.platter.virtio.scsi;

import dev.platter.api.device.Notifier;
import dev.platter.api.device.QueueRing;
import dev.platter.api.device.QueueSetup;
import dev.platter.api.memory.GuestMemoryMap;
import dev.platter.virtio.queue.DescriptorChain;
import dev.platter.virtio.queue.QueueViolation;
import dev.platter.virtio.queue.VirtQueue;
import dev.platter.virtio.queue.VirtioFeatures;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A virtqueue with what each of the device's queues does around it: it stops taking, stays silent
 * once the guest broke it, calls the guest, and logs once what the guest did. The owner thread's.
 */
final class DeviceRing {
    /** The largest queue size the device runs, in descriptors. */
    static final int MAX_SIZE = 1024;

    private static final Logger LOG = LoggerFactory.getLogger(DeviceRing.class);

    private final int index;
    private final VirtQueue queue;
    private final Notifier call;
    private final boolean packed;
    private GuestMemoryMap memory;
    private QueueRing areas;
    private boolean stopped;
    private boolean logged;

    /**
     * Takes up the ring.
     *
     * @throws IllegalArgumentException if its size, place or alignment cannot be run
     */
    DeviceRing(QueueSetup setup) {
        index = setup.index();
        call = setup.call();
        packed = VirtioFeatures.has(setup.features(), VirtioFeatures.RING_PACKED);
        memory = setup.memory();
        areas = setup.ring();
        queue =
                VirtQueue.of(
                        setup.ring(),
                        setup.memory(),
                        setup.features(),
                        setup.nextAvail(),
                        MAX_SIZE);
    }

    /** The queue size in descriptors. */
    int size() {
        return queue.size();
    }

    /**
     * Takes the next chain: its head, unique in flight and less than the size, or a negative number
     * when there is none to take.
     */
    int take(DescriptorChain chain) {
        if (stopped) {
            return VirtQueue.NONE;
        }
        int head = queue.pop(chain);
        if (head == VirtQueue.BROKEN) {
            logOnce();
        }
        return head;
    }

    /** Gives a chain back to the guest, unless the queue is broken: then nobody looks any more. */
    void use(DescriptorChain chain, long writtenBytes) {
        if (memory.isLogged()) {
            chain.logWritable(memory);
        }
        queue.push(chain.head(), (int) Math.min(writtenBytes, 0xffff_ffffL));
        logRing();
    }

    /** The areas are a few pages, so which part of them was written does not matter. */
    private void logRing() {
        if (!memory.isLogged()) {
            return;
        }
        memory.wrote(areas.deviceArea(), 0, areas.deviceArea().byteSize());
        if (packed) {
            memory.wrote(areas.descriptorArea(), 0, areas.descriptorArea().byteSize());
        }
    }

    /** Calls the guest if it wants to be for what was used since the last time. */
    void callGuest() {
        if (queue.shouldNotify()) {
            call.signal();
        }
    }

    /** Marks the queue broken. */
    void breakFor(QueueViolation violation) {
        queue.markBroken(violation);
        logOnce();
    }

    private void logOnce() {
        QueueViolation violation = queue.violation();
        if (!logged && violation != null) {
            logged = true;
            LOG.warn("queue {} stops, the guest broke it: {}", index, violation.sentence());
        }
    }

    /** See {@link VirtQueue#disableNotifications()}. */
    void disableKicks() {
        queue.disableNotifications();
        logRing();
    }

    /** Whether the owner may wait for a kick; a stopped queue waits for none. */
    boolean enableKicks() {
        if (stopped) {
            return true;
        }
        boolean mayWait = queue.enableNotifications();
        logRing();
        return mayWait;
    }

    /** Takes nothing more. */
    void stop() {
        stopped = true;
    }

    /** Whether the guest broke the queue. */
    boolean broken() {
        return queue.isBroken();
    }

    /** The position behind the last chain taken. */
    int nextAvail() {
        return queue.nextAvail();
    }

    /** Moves to a new snapshot of the guest's memory. */
    void rebind(GuestMemoryMap newMemory, QueueRing ring) {
        queue.rebind(newMemory, ring);
        memory = newMemory;
        areas = ring;
    }
}
