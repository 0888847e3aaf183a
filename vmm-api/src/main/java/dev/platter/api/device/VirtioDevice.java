package dev.platter.api.device;

import java.lang.foreign.MemorySegment;

/**
 * A virtio device without its transport (VIRTIO 1.3 §2). A VMM drives it directly; the vhost-user
 * server drives it for a front-end in another process. Control methods are called by one thread at
 * a time; each queue then has its own owner.
 */
public interface VirtioDevice {
    /** The device type's number (VIRTIO 1.3 §5). */
    int deviceId();

    /** The feature bits the device offers, the transport-independent ones included. */
    long features();

    /** How many queues the device has at most. */
    int queueCount();

    /** The size of the device's configuration space in bytes. */
    int configBytes();

    /**
     * Copies a part of the configuration space, little-endian (VIRTIO 1.3 §2.5). Bytes beyond its
     * end read as zero.
     */
    void readConfig(int offsetBytes, MemorySegment target);

    /** Writes to the configuration space; fields the driver may not write stay as they are. */
    void writeConfig(int offsetBytes, MemorySegment source);

    /**
     * Starts a queue.
     *
     * @throws IllegalArgumentException if the ring's size, place or alignment is not one the device
     *     can run, or the index is not one of its queues; one sentence says which
     */
    QueueHandler startQueue(QueueSetup setup);

    /**
     * Returns the device to its initial state for a new driver (VIRTIO 1.3 §2.4). All queues are
     * closed before.
     */
    void reset();
}
