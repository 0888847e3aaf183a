package dev.platter.driver;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/** The driver's side of one split virtqueue (VIRTIO 1.3 §2.7). */
public final class SplitRingDriver extends RingDriver {
    private final int usedEventOffset;
    private final int availEventOffset;
    private final int[] nextFree;
    private int firstFree;
    private short availIndex;
    private short kickedIndex;
    private short usedIndex;

    /**
     * Allocates a ring in guest memory; nothing is available in it yet.
     *
     * @param memory where the ring and its indirect tables are placed
     * @param sizeEntries the queue size, a power of two from 1 to 32768
     * @param eventIdx whether VIRTIO_F_EVENT_IDX was negotiated
     * @param indirectEntries the size of a request's indirect table; 0 where indirect descriptors
     *     were not negotiated. A longer request is made available as a direct chain
     */
    public SplitRingDriver(
            GuestMemory memory, int sizeEntries, boolean eventIdx, int indirectEntries) {
        super(
                memory,
                checked(sizeEntries),
                eventIdx,
                indirectEntries,
                usedEventOffset(sizeEntries) + Short.BYTES,
                availEventOffset(sizeEntries) + Short.BYTES);
        usedEventOffset = usedEventOffset(sizeEntries);
        availEventOffset = availEventOffset(sizeEntries);
        nextFree = new int[sizeEntries];
        for (int i = 0; i < sizeEntries; i++) {
            nextFree[i] = i + 1;
        }
    }

    private static int checked(int sizeEntries) {
        if (Integer.bitCount(sizeEntries) != 1 || sizeEntries > Virtio.MAX_QUEUE_SIZE) {
            throw new IllegalArgumentException(
                    "a split ring's size is a power of two up to 32768, not " + sizeEntries);
        }
        return sizeEntries;
    }

    private static int usedEventOffset(int sizeEntries) {
        return Virtio.RING_ENTRIES_OFFSET + Short.BYTES * sizeEntries;
    }

    private static int availEventOffset(int sizeEntries) {
        return Virtio.RING_ENTRIES_OFFSET + Virtio.USED_ENTRY_BYTES * sizeEntries;
    }

    @Override
    int nextName() {
        return firstFree;
    }

    @Override
    void fillTable(
            MemorySegment table, long tableOffset, BufferList readable, BufferList writable) {
        int pieces = readable.count() + writable.count();
        for (int i = 0; i < pieces; i++) {
            boolean last = i == pieces - 1;
            putPiece(table, tableOffset + descriptorOffset(i), readable, writable, i, last, i + 1);
        }
    }

    @Override
    void makeTableAvailable(int head, long tableAddress, int tableBytes) {
        long at = descriptorOffset(head);
        putBuffer(descriptors, at, tableAddress, tableBytes);
        putLink(descriptors, at, Virtio.DESC_F_INDIRECT, 0);
        firstFree = nextFree[head];
        publish(head);
    }

    @Override
    void makeAvailable(int head, BufferList readable, BufferList writable) {
        int pieces = readable.count() + writable.count();
        int descriptor = head;
        for (int i = 0; i < pieces; i++) {
            int next = nextFree[descriptor];
            boolean last = i == pieces - 1;
            putPiece(descriptors, descriptorOffset(descriptor), readable, writable, i, last, next);
            descriptor = next;
        }
        firstFree = descriptor;
        publish(head);
    }

    private static void putPiece(
            MemorySegment table,
            long at,
            BufferList readable,
            BufferList writable,
            int piece,
            boolean last,
            int next) {
        int flags = putPiece(table, at, readable, writable, piece);
        putLink(table, at, last ? flags : flags | Virtio.DESC_F_NEXT, last ? 0 : next);
    }

    private static void putLink(MemorySegment table, long at, int flags, int next) {
        table.set(Wire.U16, at + Virtio.DESCRIPTOR_FLAGS_OFFSET, (short) flags);
        table.set(Wire.U16, at + Virtio.DESCRIPTOR_NEXT_OFFSET, (short) next);
    }

    /**
     * Takes one descriptor for a request that the caller describes itself: a test of the device's
     * defences writes {@link #descriptorArea()} and then calls {@link #publish}.
     *
     * @return the descriptor, or {@link #NOTHING} if none is free
     */
    public int reserve(int token) {
        if (freeCount == 0) {
            return NOTHING;
        }
        int head = firstFree;
        firstFree = nextFree[head];
        freeCount--;
        tokens[head] = token;
        chainDescriptors[head] = 1;
        return head;
    }

    /** Makes a head available whatever its descriptors hold. {@link #add} does it by itself. */
    public void publish(int head) {
        int entry = Short.toUnsignedInt(availIndex) & (sizeEntries - 1);
        driverEvents.set(Wire.U16, Virtio.RING_ENTRIES_OFFSET + 2L * entry, (short) head);
        setAvailIndex((short) (availIndex + 1));
    }

    /** Writes the available index: everything written before is the device's to see. */
    public void setAvailIndex(short index) {
        availIndex = index;
        // Release: descriptors and ring entry first, then the index that makes them valid.
        Wire.ORDERED_U16.setRelease(driverEvents, (long) Virtio.RING_INDEX_OFFSET, index);
    }

    @Override
    public boolean kickNeeded() {
        short from = kickedIndex;
        kickedIndex = availIndex;
        if (from == availIndex) {
            return false;
        }
        // Full fence: the index must be visible before the device's wish is read. The device does
        // the two in the opposite order, so that one of both sees the other.
        VarHandle.fullFence();
        if (eventIdx) {
            short event = (short) Wire.ORDERED_U16.getOpaque(deviceEvents, (long) availEventOffset);
            return Integer.compareUnsigned(
                            Short.toUnsignedInt((short) (availIndex - event - 1)),
                            Short.toUnsignedInt((short) (availIndex - from)))
                    < 0;
        }
        short flags = (short) Wire.ORDERED_U16.getOpaque(deviceEvents, 0L);
        return (flags & Virtio.USED_F_NO_NOTIFY) == 0;
    }

    @Override
    public int poll() {
        if (!hasUsed()) {
            return NOTHING;
        }
        int entry = Short.toUnsignedInt(usedIndex) & (sizeEntries - 1);
        long at = Virtio.RING_ENTRIES_OFFSET + (long) entry * Virtio.USED_ENTRY_BYTES;
        int head = deviceEvents.get(Wire.U32, at);
        usedLengthBytes = deviceEvents.get(Wire.U32, at + Integer.BYTES);
        usedIndex++;
        int token = takeToken(head);
        release(head);
        return token;
    }

    @Override
    public boolean hasUsed() {
        return (short) usedPosition() != usedIndex;
    }

    /** Puts a chain back: nextFree still links a direct chain's descriptors in order. */
    private void release(int head) {
        int last = head;
        for (int i = 1; i < chainDescriptors[head]; i++) {
            last = nextFree[last];
        }
        nextFree[last] = firstFree;
        firstFree = head;
    }

    @Override
    public boolean enableCalls() {
        if (eventIdx) {
            Wire.ORDERED_U16.setOpaque(driverEvents, (long) usedEventOffset, usedIndex);
        } else {
            Wire.ORDERED_U16.setOpaque(driverEvents, 0L, (short) 0);
        }
        // Full fence: the wish must be visible before the used index is read again.
        VarHandle.fullFence();
        return !hasUsed();
    }

    @Override
    public void disableCalls() {
        if (!eventIdx) {
            Wire.ORDERED_U16.setOpaque(driverEvents, 0L, (short) Virtio.AVAIL_F_NO_INTERRUPT);
        }
    }

    /** The free-running index of what was made available. */
    public int availIndex() {
        return Short.toUnsignedInt(availIndex);
    }

    /** The free-running index of what the device has used, as guest memory shows it. */
    @Override
    public int usedPosition() {
        // Acquire: what the device wrote before the index, entry and buffers, is read after it.
        return Short.toUnsignedInt(
                (short) Wire.ORDERED_U16.getAcquire(deviceEvents, (long) Virtio.RING_INDEX_OFFSET));
    }
}
