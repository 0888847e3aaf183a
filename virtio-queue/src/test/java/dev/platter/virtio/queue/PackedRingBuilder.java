package dev.platter.virtio.queue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** The driver's side of a packed virtqueue, from VIRTIO 1.3 §2.8. */
final class PackedRingBuilder extends RingBuilder {
    private static final int AVAIL = 0x80;
    private static final int USED = 0x8000;

    private final Deque<Integer> freeIds = new ArrayDeque<>();
    private final Map<Integer, Integer> chainLengths = new HashMap<>();
    private int free;
    private int startPosition;
    private int availPosition;
    private int usedPosition;
    private int usedBytes;

    PackedRingBuilder(Arena arena, int size, long... regionSizes) {
        super(arena, size, 4, 4, regionSizes);
        free = size;
        // Not in the order of the ring, so that nobody takes an id for an index.
        for (int i = 0; i < size; i++) {
            freeIds.addFirst(i);
        }
    }

    @Override
    long layoutFeature() {
        return VirtioFeatures.RING_PACKED;
    }

    @Override
    PackedRingBuilder startAt(int position) {
        availPosition = Math.floorMod(position, period());
        startPosition = availPosition;
        usedPosition = availPosition;
        for (int i = 0; i < size; i++) {
            boolean thisRound = i < availPosition % size;
            boolean counter = wrap(availPosition) == thisRound;
            descriptors.set(U16, 16L * i + 14, (short) (counter ? AVAIL | USED : 0));
        }
        return this;
    }

    @Override
    int firstAvail() {
        return bits(startPosition) | bits(startPosition) << 16;
    }

    @Override
    int standing() {
        return bits(availPosition) | bits(usedPosition) << 16;
    }

    private boolean wrap(int position) {
        return position / size % 2 == 0;
    }

    private int bits(int position) {
        return position % size | (wrap(position) ? 0x8000 : 0);
    }

    /** The position of a ring index with a wrap counter. */
    private int position(int bits) {
        return (bits & 0x7fff) + ((bits & 0x8000) != 0 ? 0 : size);
    }

    /** The flags by which the driver makes a descriptor available at a position. */
    int available(int position) {
        return wrap(position) ? AVAIL : USED;
    }

    @Override
    int offer(Piece... pieces) {
        if (pieces.length > free) {
            throw new IllegalStateException("no room");
        }
        int id = freeIds.remove();
        int first = availPosition;
        for (int i = pieces.length - 1; i >= 0; i--) {
            int at = (first + i) % period();
            int next = i + 1 == pieces.length ? 0 : NEXT;
            // The id counts in the last descriptor only.
            int shownId = i + 1 == pieces.length ? id : 0xffff;
            write(
                    at % size,
                    pieces[i].address(),
                    pieces[i].lengthBytes(),
                    shownId,
                    pieces[i].flags() | next | available(at));
        }
        free -= pieces.length;
        chainLengths.put(id, pieces.length);
        availPosition = (first + pieces.length) % period();
        return id;
    }

    /** Writes the next descriptor as told, available, and steps on: books are not kept. */
    void put(long address, long lengthBytes, int id, int flags) {
        write(availPosition % size, address, lengthBytes, id, flags | available(availPosition));
        availPosition = (availPosition + 1) % period();
    }

    /** Writes a descriptor, its flags last. */
    void write(int index, long address, long lengthBytes, int id, int flags) {
        writeBody(descriptors, 16L * index, address, lengthBytes, id);
        ORDERED_U16.setRelease(descriptors, 16L * index + 14, (short) flags);
    }

    /** Writes a descriptor of an indirect table, which must lie within one region. */
    void indirectDescriptor(
            long tableAddress, int index, long address, long lengthBytes, int id, int flags) {
        int region = memory.regionOf(tableAddress);
        long at = memory.offset(region, tableAddress) + 16L * index;
        MemorySegment table = memory.segment(region);
        writeBody(table, at, address, lengthBytes, id);
        table.set(U16_UNALIGNED, at + 14, (short) flags);
    }

    private static void writeBody(
            MemorySegment table, long at, long address, long lengthBytes, int id) {
        table.set(U64, at, address);
        table.set(U32, at + 8, (int) lengthBytes);
        table.set(U16_UNALIGNED, at + 12, (short) id);
    }

    /** Reserved flags and ids of a table's descriptors are set, for they are to be ignored. */
    @Override
    void table(long tableAddress, Piece... pieces) {
        for (int i = 0; i < pieces.length; i++) {
            int reserved = i % 3 == 0 ? NEXT | AVAIL | 0x40 : i % 3 == 1 ? USED : 0;
            indirectDescriptor(
                    tableAddress,
                    i,
                    pieces[i].address(),
                    pieces[i].lengthBytes(),
                    0xffff - i,
                    pieces[i].flags() | reserved);
        }
    }

    @Override
    int takeUsed() {
        if (!hasUsed()) {
            return -1;
        }
        long at = 16L * (usedPosition % size);
        int id = Short.toUnsignedInt(descriptors.get(U16, at + 12));
        boolean written = (descriptors.get(U16, at + 14) & WRITE) != 0;
        usedBytes = written ? descriptors.get(U32, at + 8) : 0;
        int chainLength = chainLengths.remove(id);
        usedPosition = (usedPosition + chainLength) % period();
        free += chainLength;
        freeIds.add(id);
        return id;
    }

    @Override
    boolean hasUsed() {
        long at = 16L * (usedPosition % size) + 14;
        int flags = Short.toUnsignedInt((short) ORDERED_U16.getAcquire(descriptors, at));
        return (flags & (AVAIL | USED)) == (wrap(usedPosition) ? AVAIL | USED : 0);
    }

    @Override
    int usedBytes() {
        return usedBytes;
    }

    @Override
    int freeDescriptors() {
        return free;
    }

    @Override
    int inFlight() {
        return chainLengths.size();
    }

    @Override
    int period() {
        return 2 * size;
    }

    @Override
    int availPosition() {
        return availPosition;
    }

    @Override
    int usedPosition() {
        return usedPosition;
    }

    @Override
    void wantCallAt(int position) {
        driverArea.set(U16, 0, (short) bits(Math.floorMod(position, period())));
        VarHandle.releaseFence();
        driverEventFlags(2);
    }

    @Override
    void wantCalls(boolean wanted) {
        driverEventFlags(wanted ? 0 : 1);
    }

    void driverEventFlags(int flags) {
        driverArea.set(U16, 2, (short) flags);
    }

    int deviceEventFlags() {
        return Short.toUnsignedInt(deviceArea.get(U16, 2));
    }

    @Override
    boolean kicksWanted() {
        return deviceEventFlags() == 0;
    }

    @Override
    int kickPosition() {
        return position(Short.toUnsignedInt(deviceArea.get(U16, 0)));
    }
}
