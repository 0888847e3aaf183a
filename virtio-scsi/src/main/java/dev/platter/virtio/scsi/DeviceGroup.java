package dev.platter.virtio.scsi;

import java.util.Collection;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Devices over the same logical units, each of another initiator: the task management functions
 * that concern every initiator's tasks reach the request queues of all of them. Thread-safe.
 */
public final class DeviceGroup {
    private final CopyOnWriteArrayList<RequestQueueHandler> running = new CopyOnWriteArrayList<>();

    /** A group of no device yet. */
    public DeviceGroup() {}

    void started(RequestQueueHandler queue) {
        running.add(queue);
    }

    void closed(RequestQueueHandler queue) {
        running.remove(queue);
    }

    /** The request queues that run; changes under way, and is safe to iterate. */
    Collection<RequestQueueHandler> running() {
        return running;
    }
}
