package dev.platter.virtio.queue;

import dev.platter.api.memory.GuestMemoryMap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A flyweight over a table of split descriptors: the ring's own or an indirect one. {@link #load}
 * copies one descriptor into fields; whatever is decided is decided on that copy.
 */
final class DescriptorTable {
    // Plain accesses. That the descriptors are seen as the driver wrote them follows from the
    // acquiring load of the available index before. A driver that writes them later races with
    // itself: each field is loaded once, and a Java local or field cannot change behind its reader
    // the way a C compiler may re-load a plain variable. Unaligned, because an indirect table may
    // start at any address.
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private MemorySegment segment = MemorySegment.NULL;
    private long baseOffset;
    private int count;
    private boolean indirect;
    private long address;
    private long lengthBytes;
    private int flags;
    private int next;

    /** Points at the ring's own table. */
    void pointAtRing(MemorySegment descriptorArea, int newCount) {
        segment = descriptorArea;
        baseOffset = 0;
        count = newCount;
        indirect = false;
    }

    /**
     * Points at an indirect table.
     *
     * @return false, with nothing changed, if it is not in one region of guest memory
     */
    boolean pointAtIndirect(GuestMemoryMap memory, long guestAddress, int newCount) {
        int region = memory.find(guestAddress, (long) newCount * SplitLayout.DESCRIPTOR_BYTES);
        if (region == GuestMemoryMap.NOT_MAPPED) {
            return false;
        }
        segment = memory.segment(region);
        baseOffset = memory.offset(region, guestAddress);
        count = newCount;
        indirect = true;
        return true;
    }

    /** Copies a descriptor, {@code 0 <= index < count()}. */
    void load(int index) {
        long at = baseOffset + (long) index * SplitLayout.DESCRIPTOR_BYTES;
        address = segment.get(U64, at + SplitLayout.DESCRIPTOR_ADDRESS);
        lengthBytes = Integer.toUnsignedLong(segment.get(U32, at + SplitLayout.DESCRIPTOR_LENGTH));
        flags = Short.toUnsignedInt(segment.get(U16, at + SplitLayout.DESCRIPTOR_FLAGS));
        next = Short.toUnsignedInt(segment.get(U16, at + SplitLayout.DESCRIPTOR_NEXT));
    }

    /** How many descriptors the table has. */
    int count() {
        return count;
    }

    /** Whether it is an indirect table. */
    boolean isIndirect() {
        return indirect;
    }

    /** The guest-physical address in the loaded descriptor. */
    long address() {
        return address;
    }

    /** The length in the loaded descriptor, {@code 0..2^32-1}. */
    long lengthBytes() {
        return lengthBytes;
    }

    /** Whether the loaded descriptor has a flag. */
    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** The link in the loaded descriptor, {@code 0..65535}. */
    int next() {
        return next;
    }
}
