package dev.platter.driver;

import java.lang.foreign.MemorySegment;

/**
 * One queue of a virtio-blk device (VIRTIO 1.3 §5.2.6).
 *
 * <pre>
 *  a slot    0      4          8        16       17      32
 *            +------+----------+--------+--------+-------+
 *            | type | reserved | sector | status |       |
 *            +------+----------+--------+--------+-------+
 * </pre>
 */
public final class BlkQueue implements DiskQueue {
    private static final int SLOT_BYTES = 32;
    private static final int SLOT_STATUS_OFFSET = VirtioBlk.HEADER_BYTES;

    /** A status of no meaning: a device that does not answer is not taken for one that does. */
    private static final byte NO_STATUS = (byte) 0xff;

    private final FrontEnd frontEnd;
    private final SlotRing ring;
    private final GuestBuffer slots;
    private final MemorySegment slotMemory;
    private final BufferList readable = new BufferList();
    private final BufferList writable = new BufferList();

    BlkQueue(FrontEnd frontEnd, int index, RingDriver ring) {
        this.frontEnd = frontEnd;
        this.ring = new SlotRing(frontEnd, index, ring);
        slots = frontEnd.memory().allocate((long) ring.sizeEntries() * SLOT_BYTES, SLOT_BYTES);
        slotMemory = slots.segment();
    }

    void free() {
        frontEnd.memory().free(slots);
        ring.ring().free();
    }

    @Override
    public int read(long offsetBytes, long guestAddress, int lengthBytes) {
        int slot = prepare(VirtioBlk.T_IN, offsetBytes / VirtioBlk.SECTOR_BYTES);
        if (slot == FULL) {
            return FULL;
        }
        writable.add(guestAddress, lengthBytes);
        return submit(slot);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException with FUA: virtio-blk has no such write
     */
    @Override
    public int write(long offsetBytes, long guestAddress, int lengthBytes, boolean fua) {
        if (fua) {
            throw new IllegalArgumentException("virtio-blk has no FUA");
        }
        int slot = prepare(VirtioBlk.T_OUT, offsetBytes / VirtioBlk.SECTOR_BYTES);
        if (slot == FULL) {
            return FULL;
        }
        readable.add(guestAddress, lengthBytes);
        return submit(slot);
    }

    @Override
    public int flush() {
        int slot = prepare(VirtioBlk.T_FLUSH, 0);
        return slot == FULL ? FULL : submit(slot);
    }

    private int prepare(int type, long sector) {
        int slot = ring.nextSlot();
        if (slot == SlotRing.FULL) {
            return FULL;
        }
        long at = (long) slot * SLOT_BYTES;
        slotMemory.set(Wire.U32, at + VirtioBlk.HEADER_TYPE_OFFSET, type);
        slotMemory.set(Wire.U32, at + VirtioBlk.HEADER_RESERVED_OFFSET, 0);
        slotMemory.set(Wire.U64, at + VirtioBlk.HEADER_SECTOR_OFFSET, sector);
        slotMemory.set(Wire.U8, at + SLOT_STATUS_OFFSET, NO_STATUS);
        readable.clear().add(slots.guestAddress() + at, VirtioBlk.HEADER_BYTES);
        writable.clear();
        return slot;
    }

    private int submit(int slot) {
        long status = slots.guestAddress() + (long) slot * SLOT_BYTES + SLOT_STATUS_OFFSET;
        writable.add(status, VirtioBlk.STATUS_BYTES);
        return ring.add(readable, writable) ? slot : FULL;
    }

    @Override
    public void kick() {
        ring.kick();
    }

    @Override
    public int poll() {
        return ring.poll();
    }

    @Override
    public int await(long timeoutNanos) {
        return ring.await(timeoutNanos);
    }

    @Override
    public boolean good(int slot) {
        return status(slot) == VirtioBlk.S_OK;
    }

    /** The status in a slot, of {@link VirtioBlk}; 255 where the device wrote none. */
    public int status(int slot) {
        return Byte.toUnsignedInt(
                slotMemory.get(Wire.U8, (long) slot * SLOT_BYTES + SLOT_STATUS_OFFSET));
    }

    @Override
    public String answerText(int slot) {
        return "status " + status(slot);
    }

    @Override
    public boolean fua() {
        return false;
    }

    @Override
    public int slotCount() {
        return ring.slotCount();
    }
}
