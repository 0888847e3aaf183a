package dev.platter.driver;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The driver's side of one virtqueue (VIRTIO 1.3 §2.6), split or packed, with indirect descriptors
 * and event suppression by position as asked for.
 *
 * <p>One thread owns it. The driver's own books (which descriptors are free, which request waits
 * for which answer) are kept outside guest memory; what the device writes is believed only after a
 * check, and a device that breaks the rules makes {@link #poll()} throw. Adding and polling
 * allocate nothing.
 */
public abstract sealed class RingDriver permits SplitRingDriver, PackedRingDriver {
    /** What {@link #poll()} answers when the device has used nothing more. */
    public static final int NOTHING = -1;

    static final int FREE = -1;

    private static final int DESCRIPTOR_ALIGNMENT_BYTES = 16;
    private static final int AREA_ALIGNMENT_BYTES = 4;

    final int sizeEntries;
    final boolean eventIdx;
    final MemorySegment descriptors;
    final MemorySegment driverEvents;
    final MemorySegment deviceEvents;

    /** The token of the request in flight under each head or buffer id, or {@link #FREE}. */
    final int[] tokens;

    /** How many descriptors of the ring that request takes. */
    final int[] chainDescriptors;

    int freeCount;
    int usedLengthBytes;

    private final GuestMemory memory;
    private final int indirectEntries;
    private final GuestBuffer descriptorArea;
    private final GuestBuffer driverArea;
    private final GuestBuffer deviceArea;
    private final GuestBuffer indirectTables;
    private int resumePosition;

    RingDriver(
            GuestMemory memory,
            int sizeEntries,
            boolean eventIdx,
            int indirectEntries,
            int driverAreaBytes,
            int deviceAreaBytes) {
        this.memory = memory;
        this.sizeEntries = sizeEntries;
        this.eventIdx = eventIdx;
        this.indirectEntries = indirectEntries;
        int ringBytes = Virtio.DESCRIPTOR_BYTES * sizeEntries;
        descriptorArea = memory.allocate(ringBytes, DESCRIPTOR_ALIGNMENT_BYTES);
        driverArea = memory.allocate(driverAreaBytes, AREA_ALIGNMENT_BYTES);
        deviceArea = memory.allocate(deviceAreaBytes, AREA_ALIGNMENT_BYTES);
        indirectTables =
                memory.allocate(
                        Math.max(1, (long) ringBytes * indirectEntries),
                        DESCRIPTOR_ALIGNMENT_BYTES);
        descriptors = descriptorArea.segment().fill((byte) 0);
        driverEvents = driverArea.segment().fill((byte) 0);
        deviceEvents = deviceArea.segment().fill((byte) 0);
        tokens = new int[sizeEntries];
        chainDescriptors = new int[sizeEntries];
        Arrays.fill(tokens, FREE);
        freeCount = sizeEntries;
    }

    /**
     * Allocates a ring in guest memory; nothing is available in it yet.
     *
     * @param memory where the ring and its indirect tables are placed
     * @param features the negotiated features of {@link VirtioFeatures}; they decide the layout
     * @param sizeEntries the queue size, from 1 to 32768; a power of two if the ring is split
     * @param indirectEntries the size of a request's indirect table, where indirect descriptors
     *     were negotiated. A longer request is made available as a direct chain
     */
    public static RingDriver allocate(
            GuestMemory memory, long features, int sizeEntries, int indirectEntries) {
        boolean eventIdx = (features & VirtioFeatures.EVENT_IDX) != 0;
        int entries = (features & VirtioFeatures.INDIRECT_DESC) != 0 ? indirectEntries : 0;
        return (features & VirtioFeatures.RING_PACKED) != 0
                ? new PackedRingDriver(memory, sizeEntries, eventIdx, entries)
                : new SplitRingDriver(memory, sizeEntries, eventIdx, entries);
    }

    /** Gives the ring's guest memory back; the device must not use it any more. */
    public final void free() {
        memory.free(descriptorArea);
        memory.free(driverArea);
        memory.free(deviceArea);
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
    public final boolean add(BufferList readable, BufferList writable, int token) {
        int pieces = readable.count() + writable.count();
        boolean indirect = pieces > 1 && pieces <= indirectEntries;
        int needed = indirect ? 1 : pieces;
        if (pieces == 0 || needed > freeCount) {
            return false;
        }
        int name = nextName();
        tokens[name] = token;
        chainDescriptors[name] = needed;
        freeCount -= needed;
        if (indirect) {
            long tableOffset = (long) name * indirectEntries * Virtio.DESCRIPTOR_BYTES;
            fillTable(indirectTables.segment(), tableOffset, readable, writable);
            makeTableAvailable(
                    name,
                    indirectTables.guestAddress() + tableOffset,
                    pieces * Virtio.DESCRIPTOR_BYTES);
        } else {
            makeAvailable(name, readable, writable);
        }
        return true;
    }

    /** What the next request is named by in flight: its first descriptor, or a buffer id. */
    abstract int nextName();

    /** Fills a table at an offset. */
    abstract void fillTable(
            MemorySegment table, long tableOffset, BufferList readable, BufferList writable);

    /** Makes a single indirect descriptor available. */
    abstract void makeTableAvailable(int name, long tableAddress, int tableBytes);

    /** Makes a direct chain available. */
    abstract void makeAvailable(int name, BufferList readable, BufferList writable);

    /** Writes address and length of a request's piece; answers its WRITE flag, or 0. */
    static int putPiece(
            MemorySegment table, long at, BufferList readable, BufferList writable, int piece) {
        boolean write = piece >= readable.count();
        BufferList list = write ? writable : readable;
        int inList = write ? piece - readable.count() : piece;
        putBuffer(table, at, list.address(inList), list.lengthBytes(inList));
        return write ? Virtio.DESC_F_WRITE : 0;
    }

    static void putBuffer(MemorySegment table, long at, long address, int lengthBytes) {
        table.set(Wire.U64, at, address);
        table.set(Wire.U32, at + Virtio.DESCRIPTOR_LENGTH_OFFSET, lengthBytes);
    }

    static long descriptorOffset(int descriptor) {
        return (long) descriptor * Virtio.DESCRIPTOR_BYTES;
    }

    /**
     * Whether the device wants a kick for what was made available since the last time this was
     * asked (VIRTIO 1.3 §2.7.21 and §2.8.21.2).
     */
    public abstract boolean kickNeeded();

    /**
     * Takes the next request that the device has used.
     *
     * @return its token, or {@link #NOTHING}
     * @throws IllegalStateException if the device used what was not available to it
     */
    public abstract int poll();

    /** Whether {@link #poll()} has something to take. */
    public abstract boolean hasUsed();

    /** The token under which a request was in flight that the device has used. */
    final int takeToken(int name) {
        if (name < 0 || name >= sizeEntries || tokens[name] == FREE) {
            throw new IllegalStateException("the device used head " + name + ", not in flight");
        }
        int token = tokens[name];
        tokens[name] = FREE;
        freeCount += chainDescriptors[name];
        return token;
    }

    /**
     * Asks for a call when the device uses the next request, and looks once more.
     *
     * @return true if the owner may wait; false if there is something to poll already
     */
    public abstract boolean enableCalls();

    /** Asks for no calls: a hint, calls may still come. With EVENT_IDX the stale position does. */
    public abstract void disableCalls();

    /** How many bytes the device says it wrote for the request last polled. */
    public final int usedLengthBytes() {
        return usedLengthBytes;
    }

    /** How many descriptors are free. */
    public final int freeDescriptors() {
        return freeCount;
    }

    /** The queue size. */
    public final int sizeEntries() {
        return sizeEntries;
    }

    /** Where a device that takes the ring over goes on, as {@code SET_VRING_BASE} has it. */
    public final int resumePosition() {
        return resumePosition;
    }

    /** Keeps the position at which the device stopped. */
    public final void resumePosition(int position) {
        resumePosition = position;
    }

    /** Where a device goes on that died without a word: behind what it has used. */
    public abstract int usedPosition();

    /** The descriptor table, or the packed ring. */
    public final GuestBuffer descriptorArea() {
        return descriptorArea;
    }

    /** The available ring, or the driver event suppression structure. */
    public final GuestBuffer driverArea() {
        return driverArea;
    }

    /** The used ring, or the device event suppression structure. */
    public final GuestBuffer deviceArea() {
        return deviceArea;
    }
}
