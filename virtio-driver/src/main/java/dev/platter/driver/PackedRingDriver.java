package dev.platter.driver;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The driver's side of one packed virtqueue (VIRTIO 1.3 §2.8). Positions are kept as the index in
 * bits 0 to 14 and the wrap counter in bit 15, as event suppression and vhost-user have them.
 */
public final class PackedRingDriver extends RingDriver {
    private static final int INDEX_MASK = 0x7fff;
    private static final int WRAP = 0x8000;
    private static final int USED_SHIFT = 16;
    private static final int EVENT_BYTES = 4;
    private static final int WRAP_FLAGS = Virtio.PACKED_DESC_F_AVAIL | Virtio.PACKED_DESC_F_USED;

    private final int[] freeIds;
    private int freeIdCount;
    private int avail = WRAP;
    private int used = WRAP;

    /** How many descriptors were made available since the device was asked whether it cares. */
    private int unkicked;

    /**
     * Allocates a ring in guest memory; nothing is available in it yet.
     *
     * @param memory where the ring and its indirect tables are placed
     * @param sizeEntries the queue size, from 1 to 32768
     * @param eventIdx whether VIRTIO_F_EVENT_IDX was negotiated
     * @param indirectEntries the size of a request's indirect table; 0 where indirect descriptors
     *     were not negotiated. A longer request is made available as a direct chain
     */
    public PackedRingDriver(
            GuestMemory memory, int sizeEntries, boolean eventIdx, int indirectEntries) {
        super(memory, checked(sizeEntries), eventIdx, indirectEntries, EVENT_BYTES, EVENT_BYTES);
        freeIds = new int[sizeEntries];
        for (int id = sizeEntries - 1; id >= 0; id--) {
            freeIds[freeIdCount++] = id;
        }
        resumePosition(usedPosition());
    }

    private static int checked(int sizeEntries) {
        if (sizeEntries < 1 || sizeEntries > Virtio.MAX_QUEUE_SIZE) {
            throw new IllegalArgumentException(
                    "a packed ring's size is from 1 to 32768, not " + sizeEntries);
        }
        return sizeEntries;
    }

    private int stepped(int position, int descriptors) {
        int index = (position & INDEX_MASK) + descriptors;
        int wrap = position & WRAP;
        return index < sizeEntries ? index | wrap : (index - sizeEntries) | (wrap ^ WRAP);
    }

    /** The wrap flags of a descriptor that is made available at a position (§2.8.1). */
    private static int availableFlags(int position) {
        return (position & WRAP) != 0 ? Virtio.PACKED_DESC_F_AVAIL : Virtio.PACKED_DESC_F_USED;
    }

    private static long offset(int position) {
        return descriptorOffset(position & INDEX_MASK);
    }

    @Override
    int nextName() {
        return freeIds[--freeIdCount];
    }

    /** A table's descriptors have no flag but WRITE, and no id (§2.8.7). */
    @Override
    void fillTable(
            MemorySegment table, long tableOffset, BufferList readable, BufferList writable) {
        int pieces = readable.count() + writable.count();
        for (int i = 0; i < pieces; i++) {
            long at = tableOffset + descriptorOffset(i);
            int flags = putPiece(table, at, readable, writable, i);
            putIdAndFlags(table, at, 0, flags);
        }
    }

    private static void putIdAndFlags(MemorySegment table, long at, int id, int flags) {
        table.set(Wire.U16, at + Virtio.PACKED_DESCRIPTOR_ID_OFFSET, (short) id);
        table.set(Wire.U16, at + Virtio.PACKED_DESCRIPTOR_FLAGS_OFFSET, (short) flags);
    }

    @Override
    void makeTableAvailable(int id, long tableAddress, int tableBytes) {
        put(tableAddress, tableBytes, id, Virtio.DESC_F_INDIRECT);
    }

    /**
     * Writes the next descriptor, marked available, and steps on. {@link #add} does it by itself; a
     * test of the device's defences writes what it likes.
     *
     * @param flags the flags besides the two that make it available
     */
    public void put(long address, int lengthBytes, int id, int flags) {
        long at = offset(avail);
        putBuffer(descriptors, at, address, lengthBytes);
        descriptors.set(Wire.U16, at + Virtio.PACKED_DESCRIPTOR_ID_OFFSET, (short) id);
        publish(at, flags | availableFlags(avail));
        step(1);
    }

    /** Release: descriptors first, then the flags that make the first of them valid (§2.8.21.1). */
    private void publish(long at, int flags) {
        Wire.ORDERED_U16.setRelease(
                descriptors, at + Virtio.PACKED_DESCRIPTOR_FLAGS_OFFSET, (short) flags);
    }

    private void step(int count) {
        avail = stepped(avail, count);
        unkicked += count;
    }

    @Override
    void makeAvailable(int id, BufferList readable, BufferList writable) {
        int pieces = readable.count() + writable.count();
        int firstFlags = 0;
        int position = avail;
        for (int i = 0; i < pieces; i++) {
            long at = offset(position);
            int next = i == pieces - 1 ? 0 : Virtio.DESC_F_NEXT;
            int flags = putPiece(descriptors, at, readable, writable, i) | next;
            flags |= availableFlags(position);
            if (i == 0) {
                firstFlags = flags;
                descriptors.set(Wire.U16, at + Virtio.PACKED_DESCRIPTOR_ID_OFFSET, (short) id);
            } else {
                putIdAndFlags(descriptors, at, id, flags);
            }
            position = stepped(position, 1);
        }
        publish(offset(avail), firstFlags);
        step(pieces);
    }

    @Override
    public boolean kickNeeded() {
        int made = unkicked;
        unkicked = 0;
        if (made == 0) {
            return false;
        }
        // Full fence: the flags must be visible before the device's wish is read. The device does
        // the two in the opposite order, so that one of both sees the other.
        VarHandle.fullFence();
        short flags = (short) Wire.ORDERED_U16.getAcquire(deviceEvents, (long) EVENT_BYTES / 2);
        return switch (flags & Virtio.PACKED_EVENT_MASK) {
            case Virtio.PACKED_EVENT_DISABLE -> false;
            case Virtio.PACKED_EVENT_DESC -> steps(deviceEvents.get(Wire.U16, 0)) <= made;
            default -> true;
        };
    }

    /** How many steps, 1 to twice the size, the next descriptor is ahead of a position. */
    private int steps(short position) {
        int steps = (avail & INDEX_MASK) - (position & INDEX_MASK);
        if ((position & WRAP) != (avail & WRAP)) {
            steps += sizeEntries;
        }
        return steps > 0 ? steps : steps + 2 * sizeEntries;
    }

    @Override
    public int poll() {
        if (!hasUsed()) {
            return NOTHING;
        }
        long at = offset(used);
        int id = id(at);
        int flags = descriptors.get(Wire.U16, at + Virtio.PACKED_DESCRIPTOR_FLAGS_OFFSET);
        int length = descriptors.get(Wire.U32, at + Virtio.DESCRIPTOR_LENGTH_OFFSET);
        // Without the flag the length has no meaning: nothing was written (§2.8.4).
        usedLengthBytes = (flags & Virtio.DESC_F_WRITE) != 0 ? length : 0;
        int token = takeToken(id);
        used = stepped(used, chainDescriptors[id]);
        freeIds[freeIdCount++] = id;
        return token;
    }

    private int id(long at) {
        return Short.toUnsignedInt(
                descriptors.get(Wire.U16, at + Virtio.PACKED_DESCRIPTOR_ID_OFFSET));
    }

    @Override
    public boolean hasUsed() {
        return isUsed(used);
    }

    /** Whether the device has used the descriptor at a position (§2.8.1). */
    private boolean isUsed(int position) {
        // Acquire: what the device wrote before the flags, id and buffers, is read after them.
        long at = offset(position) + Virtio.PACKED_DESCRIPTOR_FLAGS_OFFSET;
        int flags = (short) Wire.ORDERED_U16.getAcquire(descriptors, at);
        return (flags & WRAP_FLAGS) == ((position & WRAP) != 0 ? WRAP_FLAGS : 0);
    }

    @Override
    public boolean enableCalls() {
        if (eventIdx) {
            // One store of both halves: the device sees no position with flags not its own.
            setDriverEvent(Virtio.PACKED_EVENT_DESC, used);
        } else {
            setDriverEvent(Virtio.PACKED_EVENT_ENABLE, 0);
        }
        // Full fence: the wish must be visible before the flags are read again.
        VarHandle.fullFence();
        return !hasUsed();
    }

    @Override
    public void disableCalls() {
        if (!eventIdx) {
            setDriverEvent(Virtio.PACKED_EVENT_DISABLE, 0);
        }
    }

    private void setDriverEvent(int flags, int position) {
        Wire.ORDERED_U32.setOpaque(driverEvents, 0L, position | (flags << USED_SHIFT));
    }

    /** Goes along what was used and not polled yet, as long as it is what was in flight. */
    @Override
    public int usedPosition() {
        int position = used;
        for (int left = sizeEntries - freeCount; left > 0 && isUsed(position); ) {
            int id = id(offset(position));
            if (id >= sizeEntries || tokens[id] == FREE) {
                break;
            }
            position = stepped(position, chainDescriptors[id]);
            left -= chainDescriptors[id];
        }
        return position | (position << USED_SHIFT);
    }
}
