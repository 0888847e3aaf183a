package dev.platter.api.device;

import java.lang.foreign.MemorySegment;

/**
 * Where a virtqueue lies in host memory (VIRTIO 1.3 §2.7 and §2.8): three areas, resolved and
 * bounded by the transport. The device checks sizes and alignments again before it uses them.
 *
 * @param sizeEntries the queue size, as the driver set it
 * @param descriptorArea the descriptor table, or the packed ring
 * @param driverArea the available ring, or the driver event suppression structure
 * @param deviceArea the used ring, or the device event suppression structure
 */
public record QueueRing(
        int sizeEntries,
        MemorySegment descriptorArea,
        MemorySegment driverArea,
        MemorySegment deviceArea) {}
