package dev.platter.virtio.queue;

import static dev.platter.virtio.queue.DescriptorLayout.FLAG_INDIRECT;
import static dev.platter.virtio.queue.DescriptorLayout.FLAG_NEXT;

import dev.platter.api.memory.GuestMemoryMap;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The walk along one split descriptor chain (VIRTIO 1.3 §2.7.5). It takes a step for each
 * descriptor of a table at most.
 */
final class SplitChainWalker extends ChainWalker {
    private MemorySegment descriptorArea;
    private int size;

    /** Makes a walker; see {@link ChainWalker}. */
    SplitChainWalker(
            boolean indirectAllowed, int maxIndirect, GuestMemoryMap memory, SplitRing ring) {
        super(
                new DescriptorTable(SplitLayout.DESCRIPTOR_FLAGS, SplitLayout.DESCRIPTOR_NEXT),
                indirectAllowed,
                maxIndirect,
                memory);
        descriptorArea = ring.descriptorArea();
        size = ring.size();
    }

    void rebind(GuestMemoryMap newMemory, SplitRing newRing) {
        rebind(newMemory);
        descriptorArea = newRing.descriptorArea();
        size = newRing.size();
    }

    /**
     * Resolves a chain.
     *
     * @return null, or the rule that it breaks
     */
    @Nullable QueueViolation walk(int head, DescriptorChain chain) {
        chain.begin(head);
        if (head >= size) {
            return QueueViolation.HEAD_OUT_OF_RANGE;
        }
        table.pointAtRing(descriptorArea, size);
        QueueViolation violation = walkTable(head, chain);
        if (violation == null && table.has(FLAG_INDIRECT)) {
            violation = enterIndirect();
            if (violation == null) {
                violation = walkTable(0, chain);
            }
        }
        return violation;
    }

    /** Follows the links within one table, to the chain's end or to an indirect descriptor. */
    private @Nullable QueueViolation walkTable(int first, DescriptorChain chain) {
        int index = first;
        for (int steps = 0; steps < table.count(); steps++) {
            table.load(index);
            if (table.has(FLAG_INDIRECT)) {
                return table.isIndirect() ? QueueViolation.INDIRECT_NESTED : null;
            }
            QueueViolation violation = append(chain);
            if (violation != null || !table.has(FLAG_NEXT)) {
                return violation;
            }
            index = table.nextOrId();
            if (index >= table.count()) {
                return QueueViolation.NEXT_OUT_OF_RANGE;
            }
        }
        return QueueViolation.CHAIN_LOOPS;
    }
}
