package dev.platter.virtio.queue;

import dev.platter.api.memory.GuestMemoryMap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A flyweight over a table of descriptors: the ring's own or an indirect one. {@link #load(int)}
 * copies one descriptor into fields; whatever is decided is decided on that copy.
 */
final class DescriptorTable {
    // Plain accesses. That the descriptors are seen as the driver wrote them follows from the
    // acquiring load before: of the available index, or of a packed chain's first flags. A driver
    // that writes them later races with
    // itself: each field is loaded once, and a Java local or field cannot change behind its reader
    // the way a C compiler may re-load a plain variable. Unaligned, because an indirect table may
    // start at any address.
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int flagsOffset;
    private final int nextOrIdOffset;
    private MemorySegment segment = MemorySegment.NULL;
    private long baseOffset;
    private int count;
    private boolean indirect;
    private long address;
    private long lengthBytes;
    private int flags;
    private int nextOrId;

    /**
     * Makes a flyweight that points nowhere.
     *
     * @param flagsOffset where a descriptor's flags lie
     * @param nextOrIdOffset where the field lies that {@link #nextOrId} answers
     */
    DescriptorTable(int flagsOffset, int nextOrIdOffset) {
        this.flagsOffset = flagsOffset;
        this.nextOrIdOffset = nextOrIdOffset;
    }

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
        int region = memory.find(guestAddress, (long) newCount * DescriptorLayout.BYTES);
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
        load(index, u16(at(index) + flagsOffset));
    }

    /** Copies a descriptor whose flags were read already. */
    void load(int index, int knownFlags) {
        long at = at(index);
        address = segment.get(U64, at + DescriptorLayout.ADDRESS);
        lengthBytes = Integer.toUnsignedLong(segment.get(U32, at + DescriptorLayout.LENGTH));
        flags = knownFlags;
        nextOrId = u16(at + nextOrIdOffset);
    }

    private long at(int index) {
        return baseOffset + (long) index * DescriptorLayout.BYTES;
    }

    private int u16(long at) {
        return Short.toUnsignedInt(segment.get(U16, at));
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

    /** All flags of the loaded descriptor. */
    int flags() {
        return flags;
    }

    /** The link or, packed, the buffer id in the loaded descriptor, {@code 0..65535}. */
    int nextOrId() {
        return nextOrId;
    }
}
