package dev.platter.virtio.queue;

import dev.platter.api.device.QueueRing;
import dev.platter.api.memory.GuestMemoryMap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The driver's side of one virtqueue, laid out in native memory: a truthful driver by what stands
 * here, a liar by the raw operations of each layout. Written from the specification on its own,
 * with none of the device's offsets.
 *
 * <p>Positions count what the driver made available, or the device used, modulo {@link #period()}:
 * chains in a split ring, descriptors in a packed one.
 */
abstract class RingBuilder {
    /** The first guest-physical address of guest memory. */
    static final long BASE = 0x4000_0000L;

    static final int NEXT = 1;
    static final int WRITE = 2;
    static final int INDIRECT = 4;

    static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfShort U16_UNALIGNED =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final VarHandle ORDERED_U16 = U16.varHandle();

    final int size;
    final MemorySegment descriptors;
    final MemorySegment driverArea;
    final MemorySegment deviceArea;
    final GuestMemoryMap memory;
    private final GuestRam ram;

    /** A descriptor; its flags without NEXT, which follows from its place. */
    record Piece(long address, long lengthBytes, int flags) {}

    RingBuilder(Arena arena, int size, long driverBytes, long deviceBytes, long... regionSizes) {
        this.size = size;
        descriptors = arena.allocate(16L * size, 16);
        driverArea = arena.allocate(driverBytes, 4);
        deviceArea = arena.allocate(deviceBytes, 4);
        ram = new GuestRam(arena, BASE, regionSizes);
        memory = ram.map;
    }

    /**
     * Lays out a ring, and guest memory of adjacent regions from {@link #BASE} on, each backed by
     * host memory of its own.
     */
    static RingBuilder of(Layout layout, Arena arena, int size, long... regionSizes) {
        return layout == Layout.SPLIT
                ? new SplitRingBuilder(arena, size, regionSizes)
                : new PackedRingBuilder(arena, size, regionSizes);
    }

    final QueueRing ring() {
        return new QueueRing(size, descriptors, driverArea, deviceArea);
    }

    /** The feature bit that goes with the layout, or 0. */
    abstract long layoutFeature();

    /** The device's side of this ring, which has taken nothing yet. */
    final VirtQueue queue(long features) {
        return queue(features, memory, Math.max(size, 64));
    }

    final VirtQueue queue(long features, GuestMemoryMap map, int maxSize) {
        return VirtQueue.of(ring(), map, features | layoutFeature(), firstAvail(), maxSize);
    }

    /** Lets both sides start at a position, as those of a ring that has been in use. */
    abstract RingBuilder startAt(int position);

    /** Where a device begins that has taken nothing: what {@code SET_VRING_BASE} tells it. */
    abstract int firstAvail();

    /** Where a device stands that has taken and used everything: its {@code nextAvail}. */
    abstract int standing();

    /** Makes a chain available; answers what names it in flight. */
    abstract int offer(Piece... pieces);

    /** Makes a chain available that lies in a table, and is named in the ring's last descriptor. */
    final int offerIndirect(long tableAddress, Piece... pieces) {
        table(tableAddress, pieces);
        return offer(new Piece(tableAddress, 16L * pieces.length, INDIRECT));
    }

    /** Writes a table, within one region. */
    abstract void table(long tableAddress, Piece... pieces);

    /** Takes back the next used chain; answers what named it, or -1 when there is none. */
    abstract int takeUsed();

    /** Whether {@link #takeUsed} has something to take. */
    abstract boolean hasUsed();

    /** How many bytes the device says it wrote to the chain taken back last. */
    abstract int usedBytes();

    abstract int freeDescriptors();

    abstract int inFlight();

    /** After how many steps positions repeat. */
    abstract int period();

    abstract int availPosition();

    /** The position of the next used chain to be taken back. */
    abstract int usedPosition();

    /** Asks for a call when the device uses what is at this position; with EVENT_IDX. */
    abstract void wantCallAt(int position);

    /** Asks for calls or for none; without EVENT_IDX. */
    abstract void wantCalls(boolean wanted);

    /** Whether the device wants kicks; without EVENT_IDX. */
    abstract boolean kicksWanted();

    /** The position at which the device wants a kick; with EVENT_IDX, once it has asked. */
    abstract int kickPosition();

    /** Whether the device wants a kick for what was made available since a position. */
    final boolean kickWanted(int before, boolean eventIdx) {
        VarHandle.fullFence();
        int made = Math.floorMod(availPosition() - before, period());
        return made > 0
                && (eventIdx
                        ? Math.floorMod(kickPosition() - before, period()) < made
                        : kicksWanted());
    }

    /** How many bytes of guest memory there are. */
    final long memoryBytes() {
        return ram.bytes();
    }

    final byte guestByte(long address) {
        return ram.get(address);
    }

    final void guestByte(long address, byte value) {
        ram.set(address, value);
    }

    final byte[] guestBytes(long address, int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        for (int i = 0; i < lengthBytes; i++) {
            bytes[i] = guestByte(address + i);
        }
        return bytes;
    }

    final void guestBytes(long address, byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            guestByte(address + i, bytes[i]);
        }
    }
}
