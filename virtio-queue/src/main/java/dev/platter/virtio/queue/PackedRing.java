package dev.platter.virtio.queue;

import dev.platter.api.device.QueueRing;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The three areas of a packed virtqueue, checked for place and size once, and the loads and stores
 * the device makes in them.
 */
final class PackedRing {
    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Coordinates: segment, byte offset. Its ordered modes need the alignment checked below. */
    private static final VarHandle U16_HANDLE = U16.varHandle();

    private static final VarHandle U32_HANDLE = U32.varHandle();

    private final int size;
    private final MemorySegment descriptorArea;
    private final MemorySegment driverEvent;
    private final MemorySegment deviceEvent;

    /**
     * Checks and takes a ring.
     *
     * @param maxSize the largest queue size the device runs
     * @throws IllegalArgumentException in one sentence, if it cannot be used
     */
    PackedRing(QueueRing ring, int maxSize) {
        size = ring.sizeEntries();
        RingArea.checkSize(size, PackedLayout.MAX_SIZE, maxSize);
        descriptorArea =
                RingArea.checkedWritable(
                        "descriptor ring",
                        ring.descriptorArea(),
                        DescriptorLayout.ALIGNMENT,
                        (long) DescriptorLayout.BYTES * size);
        driverEvent =
                RingArea.checked(
                        "driver event suppression structure",
                        ring.driverArea(),
                        PackedLayout.EVENT_ALIGNMENT,
                        PackedLayout.EVENT_BYTES);
        deviceEvent =
                RingArea.checkedWritable(
                        "device event suppression structure",
                        ring.deviceArea(),
                        PackedLayout.EVENT_ALIGNMENT,
                        PackedLayout.EVENT_BYTES);
    }

    int size() {
        return size;
    }

    MemorySegment descriptorArea() {
        return descriptorArea;
    }

    /**
     * The flags of a descriptor. Acquire: it pairs with the driver's barrier before it sets the
     * flags of a chain's first descriptor, which it does last (§2.8.21.1), so that the whole chain
     * is seen as it was written.
     */
    int flagsAcquire(int index) {
        return Short.toUnsignedInt(
                (short)
                        U16_HANDLE.getAcquire(
                                descriptorArea, at(index) + PackedLayout.DESCRIPTOR_FLAGS));
    }

    /**
     * Overwrites a descriptor with a used one. Release of its flags: the driver must see id and
     * length, and the data the device wrote to the chain's buffers, before it sees the flags that
     * say so (§2.8.22). The address has no meaning any more and stays.
     */
    void use(int index, int id, int writtenBytes, int flags) {
        long at = at(index);
        descriptorArea.set(U32, at + DescriptorLayout.LENGTH, writtenBytes);
        descriptorArea.set(U16, at + PackedLayout.DESCRIPTOR_ID, (short) id);
        U16_HANDLE.setRelease(descriptorArea, at + PackedLayout.DESCRIPTOR_FLAGS, (short) flags);
    }

    /**
     * Which calls the driver wants. Acquire: a driver that asks for one at a position has written
     * that position before, and {@link #driverPosition} is read behind.
     */
    int driverEventFlags() {
        short flags = (short) U16_HANDLE.getAcquire(driverEvent, (long) PackedLayout.EVENT_FLAGS);
        return flags & PackedLayout.EVENT_FLAGS_MASK;
    }

    /** The position whose passing the driver wants to be called for, if it wants that. Plain. */
    int driverPosition() {
        return Short.toUnsignedInt(driverEvent.get(U16, PackedLayout.EVENT_POSITION));
    }

    /**
     * Says which kicks are wanted. One store of both halves, so that the driver sees no position
     * with flags that are not its own. Opaque, and no more: where order matters the caller fences.
     */
    void deviceEvent(int flags, int position) {
        int both = position | (flags << (8 * PackedLayout.EVENT_FLAGS));
        U32_HANDLE.setOpaque(deviceEvent, (long) PackedLayout.EVENT_POSITION, both);
    }

    private static long at(int index) {
        return (long) index * DescriptorLayout.BYTES;
    }
}
