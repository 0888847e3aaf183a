package dev.platter.virtio.queue;

import dev.platter.api.device.QueueRing;
import dev.platter.api.memory.GuestMemoryMap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The driver's side of one split virtqueue, laid out in native memory: a truthful driver by its
 * named operations, a liar by the raw ones. Written from VIRTIO 1.3 §2.7 on its own, with none of
 * the device's offsets.
 */
final class RingBuilder {
    /** The first guest-physical address of guest memory. */
    static final long BASE = 0x4000_0000L;

    static final int NEXT = 1;
    static final int WRITE = 2;
    static final int INDIRECT = 4;

    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort U16_UNALIGNED =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INDEX = U16.varHandle();

    final int size;
    final MemorySegment descriptors;
    final MemorySegment avail;
    final MemorySegment used;
    final GuestMemoryMap memory;
    private final long[] regionSizes;
    private int startIdx;
    private int availIdx;

    /**
     * Lays out a ring, and guest memory of adjacent regions from {@link #BASE} on, each backed by
     * host memory of its own.
     */
    RingBuilder(Arena arena, int size, long... regionSizes) {
        this.size = size;
        this.regionSizes = regionSizes;
        descriptors = arena.allocate(16L * size, 16);
        avail = arena.allocate(6L + 2L * size, 2);
        used = arena.allocate(6L + 8L * size, 4);
        List<GuestMemoryMap.Region> regions = new ArrayList<>();
        long address = BASE;
        for (long regionSize : regionSizes) {
            regions.add(new GuestMemoryMap.Region(address, arena.allocate(regionSize)));
            address += regionSize;
        }
        memory = GuestMemoryMap.of(regions);
    }

    QueueRing ring() {
        return new QueueRing(size, descriptors, avail, used);
    }

    /** The device's side of this ring, which has taken nothing yet. */
    SplitVirtQueue queue(long features) {
        return new SplitVirtQueue(ring(), memory, features, startIdx, Math.max(size, 64));
    }

    /** Lets both indices start here, as those of a ring that has been in use. */
    RingBuilder startAt(int index) {
        startIdx = index & 0xffff;
        availIdx = startIdx;
        avail.set(U16, 2, (short) index);
        used.set(U16, 2, (short) index);
        return this;
    }

    void descriptor(int index, long address, long lengthBytes, int flags, int next) {
        writeDescriptor(descriptors, 16L * index, address, lengthBytes, flags, next);
    }

    /** Writes a descriptor of an indirect table, which must lie within one region. */
    void indirectDescriptor(
            long tableAddress, int index, long address, long lengthBytes, int flags, int next) {
        int region = memory.regionOf(tableAddress);
        long offset = memory.offset(region, tableAddress) + 16L * index;
        writeDescriptor(memory.segment(region), offset, address, lengthBytes, flags, next);
    }

    private static void writeDescriptor(
            MemorySegment table, long at, long address, long lengthBytes, int flags, int next) {
        table.set(U64, at, address);
        table.set(U32, at + 8, (int) lengthBytes);
        table.set(U16_UNALIGNED, at + 12, (short) flags);
        table.set(U16_UNALIGNED, at + 14, (short) next);
    }

    /** Writes the next available entry and publishes it. */
    void makeAvailable(int head) {
        avail.set(U16, 4 + 2L * (availIdx & (size - 1)), (short) head);
        publishAvailIdx(availIdx + 1);
    }

    /** Stores an available index, true or not. */
    void publishAvailIdx(int index) {
        availIdx = index & 0xffff;
        INDEX.setRelease(avail, 2L, (short) index);
    }

    int availIdx() {
        return availIdx;
    }

    int usedIdx() {
        return Short.toUnsignedInt((short) INDEX.getAcquire(used, 2L));
    }

    int usedHead(int position) {
        return used.get(U32, 4 + 8L * (position & (size - 1)));
    }

    int usedLength(int position) {
        return used.get(U32, 8 + 8L * (position & (size - 1)));
    }

    void availFlags(int flags) {
        avail.set(U16, 0, (short) flags);
    }

    void usedEvent(int index) {
        avail.set(U16, 4 + 2L * size, (short) index);
    }

    int usedFlags() {
        return Short.toUnsignedInt(used.get(U16, 0));
    }

    int availEvent() {
        return Short.toUnsignedInt(used.get(U16, 4 + 8L * size));
    }

    /** How many bytes of guest memory there are. */
    long memoryBytes() {
        long sum = 0;
        for (long regionSize : regionSizes) {
            sum += regionSize;
        }
        return sum;
    }

    byte guestByte(long address) {
        int region = memory.regionOf(address);
        return memory.segment(region).get(ValueLayout.JAVA_BYTE, memory.offset(region, address));
    }

    void guestByte(long address, byte value) {
        int region = memory.regionOf(address);
        memory.segment(region).set(ValueLayout.JAVA_BYTE, memory.offset(region, address), value);
    }

    byte[] guestBytes(long address, int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        for (int i = 0; i < lengthBytes; i++) {
            bytes[i] = guestByte(address + i);
        }
        return bytes;
    }

    void guestBytes(long address, byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            guestByte(address + i, bytes[i]);
        }
    }
}
