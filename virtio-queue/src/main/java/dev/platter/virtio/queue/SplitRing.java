package dev.platter.virtio.queue;

import dev.platter.api.device.QueueRing;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The three areas of a split virtqueue, checked for place and size once, and the loads and stores
 * the device makes in its two rings.
 */
final class SplitRing {
    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Coordinates: segment, byte offset. Its ordered modes need the alignment checked below. */
    private static final VarHandle U16_HANDLE = U16.varHandle();

    private final int size;
    private final MemorySegment descriptorArea;
    private final MemorySegment avail;
    private final MemorySegment used;
    private final long usedEventOffset;
    private final long availEventOffset;

    /**
     * Checks and takes a ring.
     *
     * @param maxSize the largest queue size the device runs
     * @throws IllegalArgumentException in one sentence, if it cannot be used
     */
    SplitRing(QueueRing ring, int maxSize, boolean eventIdx) {
        size = ring.sizeEntries();
        checkSize(size, maxSize);
        usedEventOffset = SplitLayout.usedEventOffset(size);
        availEventOffset = SplitLayout.availEventOffset(size);
        int eventBytes = eventIdx ? SplitLayout.EVENT_BYTES : 0;
        descriptorArea =
                RingArea.checked(
                        "descriptor table",
                        ring.descriptorArea(),
                        DescriptorLayout.ALIGNMENT,
                        (long) DescriptorLayout.BYTES * size);
        avail =
                RingArea.checked(
                        "available ring",
                        ring.driverArea(),
                        SplitLayout.AVAIL_ALIGNMENT,
                        usedEventOffset + eventBytes);
        used =
                RingArea.checkedWritable(
                        "used ring",
                        ring.deviceArea(),
                        SplitLayout.USED_ALIGNMENT,
                        availEventOffset + eventBytes);
    }

    private static void checkSize(int size, int maxSize) {
        RingArea.checkSize(size, SplitLayout.MAX_SIZE, maxSize);
        if (Integer.bitCount(size) != 1) {
            throw new IllegalArgumentException("queue size " + size + " is not a power of two");
        }
    }

    int size() {
        return size;
    }

    MemorySegment descriptorArea() {
        return descriptorArea;
    }

    /**
     * The driver's available index. Acquire: it pairs with the driver's barrier between writing
     * entries and descriptors and raising the index (§2.7.13.3), so that everything up to the index
     * seen here is seen as it was written.
     */
    int availIdxAcquire() {
        return Short.toUnsignedInt(
                (short) U16_HANDLE.getAcquire(avail, (long) SplitLayout.RING_IDX));
    }

    /** The head in an available entry. Plain: ordered behind the index by its acquire. */
    int availHead(int position) {
        return u16(
                avail,
                SplitLayout.RING_ENTRIES
                        + (long) SplitLayout.AVAIL_ENTRY_BYTES * (position & (size - 1)));
    }

    /** Whether the driver wants no call. Plain: a fence of the caller orders it. */
    boolean callsOff() {
        return (u16(avail, SplitLayout.RING_FLAGS) & SplitLayout.AVAIL_FLAG_NO_INTERRUPT) != 0;
    }

    /** The used index whose passing the driver wants to be called for. Plain, as the flag. */
    int usedEvent() {
        return u16(avail, usedEventOffset);
    }

    /** The used index as it stands in guest memory; only this side writes it. */
    int usedIdx() {
        return u16(used, SplitLayout.RING_IDX);
    }

    /** Fills a used entry. Plain: the release of the index orders it. */
    void usedEntry(int position, int head, int writtenBytes) {
        long at =
                SplitLayout.RING_ENTRIES
                        + (long) SplitLayout.USED_ENTRY_BYTES * (position & (size - 1));
        used.set(U32, at, head);
        used.set(U32, at + SplitLayout.USED_ENTRY_LENGTH, writtenBytes);
    }

    /**
     * Publishes the used index. Release: the driver must see the entry, and the data the device
     * wrote to the chain's buffers, before it sees the index that covers them (§2.7.8.2).
     */
    void usedIdxRelease(int index) {
        U16_HANDLE.setRelease(used, (long) SplitLayout.RING_IDX, (short) index);
    }

    /** Sets the flag that asks for no kicks. Plain: where order matters the caller fences. */
    void kicksOff(boolean off) {
        int flags = off ? SplitLayout.USED_FLAG_NO_NOTIFY : 0;
        used.set(U16, SplitLayout.RING_FLAGS, (short) flags);
    }

    /** Sets the available index whose passing is to be kicked for. Plain, as the flag. */
    void availEvent(int index) {
        used.set(U16, availEventOffset, (short) index);
    }

    private static int u16(MemorySegment area, long offsetBytes) {
        return Short.toUnsignedInt(area.get(U16, offsetBytes));
    }
}
