package dev.platter.driver;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The driver's side of one split virtqueue (VIRTIO 1.3 §2.7), with indirect descriptors and event
 * suppression by position as asked for.
 *
 * <p>One thread owns it. The driver's own books (which descriptors are free, which request waits
 * for which head) are kept outside guest memory; what the device writes is believed only after a
 * check, and a device that breaks the rules makes {@link #poll()} throw. Adding and polling
 * allocate nothing.
 */
public final class SplitRingDriver {
    /** What {@link #poll()} answers when the device has used nothing more. */
    public static final int NOTHING = -1;

    private static final int FREE = -1;
    private static final int DESCRIPTOR_ALIGNMENT_BYTES = 16;
    private static final int RING_ALIGNMENT_BYTES = 4;

    private final GuestMemory memory;
    private final int sizeEntries;
    private final boolean eventIdx;
    private final int indirectEntries;
    private final GuestBuffer descriptorTable;
    private final GuestBuffer availRing;
    private final GuestBuffer usedRing;
    private final GuestBuffer indirectTables;
    private final MemorySegment descriptors;
    private final MemorySegment avail;
    private final MemorySegment used;
    private final int usedEventOffset;
    private final int availEventOffset;
    private final int[] nextFree;
    private final int[] tokens;
    private final int[] chainDescriptors;
    private int firstFree;
    private int freeCount;
    private short availIndex;
    private short kickedIndex;
    private short usedIndex;
    private int usedLengthBytes;
    private int resumeIndex;

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
        if (Integer.bitCount(sizeEntries) != 1 || sizeEntries > Virtio.MAX_QUEUE_SIZE) {
            throw new IllegalArgumentException(
                    "a split ring's size is a power of two up to 32768, not " + sizeEntries);
        }
        this.memory = memory;
        this.sizeEntries = sizeEntries;
        this.eventIdx = eventIdx;
        this.indirectEntries = indirectEntries;
        usedEventOffset = Virtio.RING_ENTRIES_OFFSET + 2 * sizeEntries;
        availEventOffset = Virtio.RING_ENTRIES_OFFSET + Virtio.USED_ENTRY_BYTES * sizeEntries;
        int tableBytes = Virtio.DESCRIPTOR_BYTES * sizeEntries;
        descriptorTable = memory.allocate(tableBytes, DESCRIPTOR_ALIGNMENT_BYTES);
        availRing = memory.allocate(usedEventOffset + 2, RING_ALIGNMENT_BYTES);
        usedRing = memory.allocate(availEventOffset + 2, RING_ALIGNMENT_BYTES);
        indirectTables =
                memory.allocate(
                        Math.max(1, (long) tableBytes * indirectEntries),
                        DESCRIPTOR_ALIGNMENT_BYTES);
        descriptors = descriptorTable.segment().fill((byte) 0);
        avail = availRing.segment().fill((byte) 0);
        used = usedRing.segment().fill((byte) 0);
        nextFree = new int[sizeEntries];
        tokens = new int[sizeEntries];
        chainDescriptors = new int[sizeEntries];
        forgetRequests();
    }

    private void forgetRequests() {
        for (int i = 0; i < sizeEntries; i++) {
            nextFree[i] = i + 1;
            tokens[i] = FREE;
        }
        firstFree = 0;
        freeCount = sizeEntries;
    }

    /** Gives the ring's guest memory back; the device must not use it any more. */
    public void free() {
        memory.free(descriptorTable);
        memory.free(availRing);
        memory.free(usedRing);
        memory.free(indirectTables);
    }

    /**
     * Makes a request available. Does not kick: see {@link #kickNeeded()}.
     *
     * @param readable the pieces that the device reads
     * @param writable the pieces that the device writes
     * @param token 0 or more; {@link #poll()} answers it when the device has used the request
     * @return false, with nothing changed, when too few descriptors are free
     */
    public boolean add(BufferList readable, BufferList writable, int token) {
        int pieces = readable.count() + writable.count();
        boolean indirect = pieces > 1 && pieces <= indirectEntries;
        int needed = indirect ? 1 : pieces;
        if (pieces == 0 || needed > freeCount) {
            return false;
        }
        int head = firstFree;
        if (indirect) {
            long tableOffset = (long) head * indirectEntries * Virtio.DESCRIPTOR_BYTES;
            fillTable(indirectTables.segment(), tableOffset, readable, writable);
            putDescriptor(
                    descriptors,
                    descriptorOffset(head),
                    indirectTables.guestAddress() + tableOffset,
                    pieces * Virtio.DESCRIPTOR_BYTES,
                    Virtio.DESC_F_INDIRECT,
                    0);
            firstFree = nextFree[head];
        } else {
            fillChain(readable, writable);
        }
        freeCount -= needed;
        tokens[head] = token;
        chainDescriptors[head] = needed;
        publish(head);
        return true;
    }

    private void fillTable(
            MemorySegment table, long tableOffset, BufferList readable, BufferList writable) {
        int pieces = readable.count() + writable.count();
        for (int i = 0; i < pieces; i++) {
            long at = tableOffset + (long) i * Virtio.DESCRIPTOR_BYTES;
            putPiece(table, at, readable, writable, i, i + 1);
        }
    }

    private void fillChain(BufferList readable, BufferList writable) {
        int pieces = readable.count() + writable.count();
        int descriptor = firstFree;
        for (int i = 0; i < pieces; i++) {
            int next = nextFree[descriptor];
            putPiece(descriptors, descriptorOffset(descriptor), readable, writable, i, next);
            descriptor = next;
        }
        firstFree = descriptor;
    }

    private static void putPiece(
            MemorySegment table,
            long at,
            BufferList readable,
            BufferList writable,
            int piece,
            int next) {
        boolean write = piece >= readable.count();
        BufferList list = write ? writable : readable;
        int inList = write ? piece - readable.count() : piece;
        boolean last = piece == readable.count() + writable.count() - 1;
        int flags = (write ? Virtio.DESC_F_WRITE : 0) | (last ? 0 : Virtio.DESC_F_NEXT);
        putDescriptor(
                table, at, list.address(inList), list.lengthBytes(inList), flags, last ? 0 : next);
    }

    private static void putDescriptor(
            MemorySegment table, long at, long address, int lengthBytes, int flags, int next) {
        table.set(Wire.U64, at, address);
        table.set(Wire.U32, at + Virtio.DESCRIPTOR_LENGTH_OFFSET, lengthBytes);
        table.set(Wire.U16, at + Virtio.DESCRIPTOR_FLAGS_OFFSET, (short) flags);
        table.set(Wire.U16, at + Virtio.DESCRIPTOR_NEXT_OFFSET, (short) next);
    }

    private static long descriptorOffset(int descriptor) {
        return (long) descriptor * Virtio.DESCRIPTOR_BYTES;
    }

    /**
     * Takes one descriptor for a request that the caller describes itself: a test of the device's
     * defences writes {@link #descriptorTable()} and then calls {@link #publish}.
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
        avail.set(Wire.U16, Virtio.RING_ENTRIES_OFFSET + 2L * entry, (short) head);
        setAvailIndex((short) (availIndex + 1));
    }

    /** Writes the available index: everything written before is the device's to see. */
    public void setAvailIndex(short index) {
        availIndex = index;
        // Release: descriptors and ring entry first, then the index that makes them valid.
        Wire.ORDERED_U16.setRelease(avail, (long) Virtio.RING_INDEX_OFFSET, index);
    }

    /**
     * Whether the device wants a kick for what was made available since the last time this was
     * asked (VIRTIO 1.3 §2.7.21).
     */
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
            short event = (short) Wire.ORDERED_U16.getOpaque(used, (long) availEventOffset);
            return Integer.compareUnsigned(
                            Short.toUnsignedInt((short) (availIndex - event - 1)),
                            Short.toUnsignedInt((short) (availIndex - from)))
                    < 0;
        }
        short flags = (short) Wire.ORDERED_U16.getOpaque(used, 0L);
        return (flags & Virtio.USED_F_NO_NOTIFY) == 0;
    }

    /**
     * Takes the next request that the device has used.
     *
     * @return its token, or {@link #NOTHING}
     * @throws IllegalStateException if the device used what was not available to it
     */
    public int poll() {
        if (!usedMore()) {
            return NOTHING;
        }
        int entry = Short.toUnsignedInt(usedIndex) & (sizeEntries - 1);
        long at = Virtio.RING_ENTRIES_OFFSET + (long) entry * Virtio.USED_ENTRY_BYTES;
        int head = used.get(Wire.U32, at);
        usedLengthBytes = used.get(Wire.U32, at + Integer.BYTES);
        usedIndex++;
        if (head < 0 || head >= sizeEntries || tokens[head] == FREE) {
            throw new IllegalStateException("the device used head " + head + ", not in flight");
        }
        int token = tokens[head];
        tokens[head] = FREE;
        release(head);
        return token;
    }

    private boolean usedMore() {
        // Acquire: what the device wrote before the index, entry and buffers, is read after it.
        short index = (short) Wire.ORDERED_U16.getAcquire(used, (long) Virtio.RING_INDEX_OFFSET);
        return index != usedIndex;
    }

    /** Puts a chain back: nextFree still links a direct chain's descriptors in order. */
    private void release(int head) {
        int last = head;
        for (int i = 1; i < chainDescriptors[head]; i++) {
            last = nextFree[last];
        }
        nextFree[last] = firstFree;
        firstFree = head;
        freeCount += chainDescriptors[head];
    }

    /**
     * Asks for a call when the device uses the next request, and looks once more.
     *
     * @return true if the owner may wait; false if there is something to poll already
     */
    public boolean enableCalls() {
        if (eventIdx) {
            Wire.ORDERED_U16.setOpaque(avail, (long) usedEventOffset, usedIndex);
        } else {
            Wire.ORDERED_U16.setOpaque(avail, 0L, (short) 0);
        }
        // Full fence: the wish must be visible before the used index is read again.
        VarHandle.fullFence();
        return !usedMore();
    }

    /** Asks for no calls: a hint, calls may still come. With EVENT_IDX the stale position does. */
    public void disableCalls() {
        if (!eventIdx) {
            Wire.ORDERED_U16.setOpaque(avail, 0L, (short) Virtio.AVAIL_F_NO_INTERRUPT);
        }
    }

    /** How many bytes the device says it wrote for the request last polled. */
    public int usedLengthBytes() {
        return usedLengthBytes;
    }

    /** How many descriptors are free. */
    public int freeDescriptors() {
        return freeCount;
    }

    /** The queue size. */
    public int sizeEntries() {
        return sizeEntries;
    }

    /** The free-running index of what was made available. */
    public int availIndex() {
        return Short.toUnsignedInt(availIndex);
    }

    /** The free-running index of what the device has used, as guest memory shows it. */
    public int usedIndex() {
        return Short.toUnsignedInt(
                (short) Wire.ORDERED_U16.getAcquire(used, (long) Virtio.RING_INDEX_OFFSET));
    }

    /** Where a device that takes the ring over goes on: 0 for a new ring. */
    public int resumeIndex() {
        return resumeIndex;
    }

    /** Keeps the position at which the device stopped. */
    public void resumeIndex(int index) {
        resumeIndex = index;
    }

    /** The descriptor table. */
    public GuestBuffer descriptorTable() {
        return descriptorTable;
    }

    /** The available ring: the driver's area. */
    public GuestBuffer availRing() {
        return availRing;
    }

    /** The used ring: the device's area. */
    public GuestBuffer usedRing() {
        return usedRing;
    }
}
