package dev.platter.virtio.queue;

import static dev.platter.virtio.queue.DescriptorLayout.FLAG_INDIRECT;
import static dev.platter.virtio.queue.DescriptorLayout.FLAG_NEXT;

import dev.platter.api.memory.GuestMemoryMap;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The walk along one packed descriptor chain (VIRTIO 1.3 §2.8.6 and §2.8.7): descriptors that lie
 * one behind the other, or one that names a table of them. It takes a step for each free descriptor
 * of the ring at most.
 */
final class PackedChainWalker extends ChainWalker {
    private MemorySegment descriptorArea;
    private int size;
    private int descriptors;

    /** Makes a walker; see {@link ChainWalker}. */
    PackedChainWalker(
            boolean indirectAllowed, int maxIndirect, GuestMemoryMap memory, PackedRing ring) {
        super(
                new DescriptorTable(PackedLayout.DESCRIPTOR_FLAGS, PackedLayout.DESCRIPTOR_ID),
                indirectAllowed,
                maxIndirect,
                memory);
        descriptorArea = ring.descriptorArea();
        size = ring.size();
    }

    void rebind(GuestMemoryMap newMemory, PackedRing newRing) {
        rebind(newMemory);
        descriptorArea = newRing.descriptorArea();
        size = newRing.size();
    }

    /**
     * Resolves a chain; its head is the buffer id in its last descriptor.
     *
     * @param at where it starts
     * @param firstFlags the flags of its first descriptor, which are not read again
     * @param free how many descriptors the ring has besides those in flight, 1 or more
     * @return null, or the rule that it breaks
     */
    @Nullable QueueViolation walk(
            PackedPosition at, int firstFlags, int free, DescriptorChain chain) {
        chain.begin(0);
        table.pointAtRing(descriptorArea, size);
        table.load(at.index(), firstFlags);
        descriptors = 1;
        QueueViolation violation =
                table.has(FLAG_INDIRECT)
                        ? walkIndirect(chain)
                        : walkRing(at.index(), at.availableFlags(), free, chain);
        return violation == null && chain.head() >= size
                ? QueueViolation.ID_OUT_OF_RANGE
                : violation;
    }

    /** How many descriptors of the ring the chain takes that was walked last. */
    int descriptors() {
        return descriptors;
    }

    /** Follows the ring, which the counter of the driver must show as available all the way. */
    private @Nullable QueueViolation walkRing(
            int first, int firstAvailable, int free, DescriptorChain chain) {
        int index = first;
        int available = firstAvailable;
        for (; ; ) {
            QueueViolation violation = append(chain);
            if (violation != null) {
                return violation;
            }
            if (!table.has(FLAG_NEXT)) {
                chain.head(table.nextOrId());
                return null;
            }
            if (descriptors == free) {
                return free == size
                        ? QueueViolation.CHAIN_LONGER_THAN_RING
                        : QueueViolation.RING_OVERRUN;
            }
            descriptors++;
            if (++index == size) {
                index = 0;
                available ^= PackedLayout.WRAP_FLAGS;
            }
            table.load(index);
            if ((table.flags() & PackedLayout.WRAP_FLAGS) != available) {
                return QueueViolation.CHAIN_NOT_AVAILABLE;
            }
            if (table.has(FLAG_INDIRECT)) {
                return QueueViolation.INDIRECT_IN_CHAIN;
            }
        }
    }

    /**
     * Goes through a whole table. Of its descriptors' flags only WRITE counts; NEXT means nothing
     * (§2.8.7). INDIRECT is no less forbidden to the driver than in a split table (§2.8.19), and a
     * device that overlooked it would take a table for data.
     */
    private @Nullable QueueViolation walkIndirect(DescriptorChain chain) {
        chain.head(table.nextOrId());
        QueueViolation violation = enterIndirect();
        for (int i = 0; violation == null && i < table.count(); i++) {
            table.load(i);
            violation = table.has(FLAG_INDIRECT) ? QueueViolation.INDIRECT_NESTED : append(chain);
        }
        return violation;
    }
}
