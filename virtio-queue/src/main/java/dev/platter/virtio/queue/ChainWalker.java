package dev.platter.virtio.queue;

import dev.platter.api.memory.GuestMemoryMap;
import org.jspecify.annotations.Nullable;

/**
 * The walk along one descriptor chain, which checks every rule on the way: what both layouts have
 * in common. A walk takes a bounded number of steps, whatever the guest does.
 */
abstract class ChainWalker {
    final DescriptorTable table;
    private final boolean indirectAllowed;
    private final int maxIndirect;
    private GuestMemoryMap memory;

    /**
     * Makes a walker.
     *
     * @param indirectAllowed whether indirect descriptors were negotiated
     * @param maxIndirect how many descriptors an indirect table may hold. It may be more than the
     *     queue size: drivers in use fill tables up to the device's segment limit whatever the size
     */
    ChainWalker(
            DescriptorTable table,
            boolean indirectAllowed,
            int maxIndirect,
            GuestMemoryMap memory) {
        this.table = table;
        this.indirectAllowed = indirectAllowed;
        this.maxIndirect = maxIndirect;
        this.memory = memory;
    }

    final void rebind(GuestMemoryMap newMemory) {
        memory = newMemory;
    }

    /** Goes on in the table that the loaded descriptor names; its WRITE flag does not count. */
    final @Nullable QueueViolation enterIndirect() {
        if (!indirectAllowed) {
            return QueueViolation.INDIRECT_NOT_NEGOTIATED;
        }
        if (table.has(DescriptorLayout.FLAG_NEXT)) {
            return QueueViolation.INDIRECT_WITH_NEXT;
        }
        long tableBytes = table.lengthBytes();
        if (tableBytes == 0) {
            return QueueViolation.INDIRECT_EMPTY;
        }
        if (tableBytes % DescriptorLayout.BYTES != 0) {
            return QueueViolation.INDIRECT_LENGTH_UNEVEN;
        }
        if (tableBytes / DescriptorLayout.BYTES > maxIndirect) {
            return QueueViolation.INDIRECT_TOO_LONG;
        }
        int count = (int) (tableBytes / DescriptorLayout.BYTES);
        return table.pointAtIndirect(memory, table.address(), count)
                ? null
                : QueueViolation.INDIRECT_NOT_MAPPED;
    }

    /** Appends the buffer of the loaded descriptor. */
    final @Nullable QueueViolation append(DescriptorChain chain) {
        boolean writable = table.has(DescriptorLayout.FLAG_WRITE);
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
