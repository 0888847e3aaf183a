package dev.platter.virtio.queue;

import static dev.platter.virtio.queue.SplitLayout.DESCRIPTOR_BYTES;
import static dev.platter.virtio.queue.SplitLayout.FLAG_INDIRECT;
import static dev.platter.virtio.queue.SplitLayout.FLAG_NEXT;
import static dev.platter.virtio.queue.SplitLayout.FLAG_WRITE;

import dev.platter.api.memory.GuestMemoryMap;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The walk along one split descriptor chain (VIRTIO 1.3 §2.7.5), which checks every rule on the
 * way. It takes a step for each descriptor of a table at most, so it ends whatever the guest does.
 */
final class ChainWalker {
    private final boolean indirectAllowed;
    private final int maxIndirect;
    private final DescriptorTable table = new DescriptorTable();
    private GuestMemoryMap memory;
    private MemorySegment descriptorArea;
    private int size;

    /**
     * Makes a walker.
     *
     * @param indirectAllowed whether indirect descriptors were negotiated
     * @param maxIndirect how many descriptors an indirect table may hold. It may be more than the
     *     queue size: drivers in use fill tables up to the device's segment limit whatever the size
     */
    ChainWalker(boolean indirectAllowed, int maxIndirect, GuestMemoryMap memory, SplitRing ring) {
        this.indirectAllowed = indirectAllowed;
        this.maxIndirect = maxIndirect;
        this.memory = memory;
        this.descriptorArea = ring.descriptorArea();
        this.size = ring.size();
    }

    void rebind(GuestMemoryMap newMemory, SplitRing newRing) {
        memory = newMemory;
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
            index = table.next();
            if (index >= table.count()) {
                return QueueViolation.NEXT_OUT_OF_RANGE;
            }
        }
        return QueueViolation.CHAIN_LOOPS;
    }

    /** Goes on in the table that the loaded descriptor names; its WRITE flag does not count. */
    private @Nullable QueueViolation enterIndirect() {
        if (!indirectAllowed) {
            return QueueViolation.INDIRECT_NOT_NEGOTIATED;
        }
        if (table.has(FLAG_NEXT)) {
            return QueueViolation.INDIRECT_WITH_NEXT;
        }
        long tableBytes = table.lengthBytes();
        if (tableBytes == 0) {
            return QueueViolation.INDIRECT_EMPTY;
        }
        if (tableBytes % DESCRIPTOR_BYTES != 0) {
            return QueueViolation.INDIRECT_LENGTH_UNEVEN;
        }
        if (tableBytes / DESCRIPTOR_BYTES > maxIndirect) {
            return QueueViolation.INDIRECT_TOO_LONG;
        }
        int count = (int) (tableBytes / DESCRIPTOR_BYTES);
        return table.pointAtIndirect(memory, table.address(), count)
                ? null
                : QueueViolation.INDIRECT_NOT_MAPPED;
    }

    private @Nullable QueueViolation append(DescriptorChain chain) {
        boolean writable = table.has(FLAG_WRITE);
        if (!writable && chain.hasWritable()) {
            return QueueViolation.READABLE_AFTER_WRITABLE;
        }
        long lengthBytes = table.lengthBytes();
        if (lengthBytes == 0) {
            // Some drivers send them; they count as steps and mean nothing.
            return null;
        }
        if (Long.compareUnsigned(table.address() + lengthBytes - 1, table.address()) < 0) {
            return QueueViolation.BUFFER_WRAPS;
        }
        if (!chain.hasRoomFor(lengthBytes)) {
            return QueueViolation.CHAIN_OVER_4_GIB;
        }
        return resolve(table.address(), lengthBytes, writable, chain);
    }

    /** Cuts a buffer where it crosses regions. */
    private @Nullable QueueViolation resolve(
            long address, long lengthBytes, boolean writable, DescriptorChain chain) {
        long at = address;
        long left = lengthBytes;
        while (left > 0) {
            int region = memory.regionOf(at);
            if (region == GuestMemoryMap.NOT_MAPPED) {
                return QueueViolation.BUFFER_NOT_MAPPED;
            }
            long part = Math.min(left, memory.remainingBytes(region, at));
            if (!chain.append(memory.segment(region), memory.offset(region, at), part, writable)) {
                return QueueViolation.TOO_MANY_PIECES;
            }
            at += part;
            left -= part;
        }
        return null;
    }
}
