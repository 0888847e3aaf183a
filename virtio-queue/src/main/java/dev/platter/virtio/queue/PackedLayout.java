package dev.platter.virtio.queue;

/**
 * Offsets, sizes and flags of a packed virtqueue (VIRTIO 1.3 §2.8), beside those of {@link
 * DescriptorLayout}. All fields are little-endian.
 *
 * <pre>
 *  descriptor (§2.8.13)         0                 8        12     14
 *                               +-----------------+--------+------+------+
 *                               | address         | length | id   | flags|   16 bytes
 *                               +-----------------+--------+------+------+
 *
 *  event suppression (§2.8.14)  offset u15, wrap u1 | flags u2, reserved u14    4 bytes
 * </pre>
 */
final class PackedLayout {
    /** The largest queue size of any packed queue (§2.8). It need be no power of two. */
    static final int MAX_SIZE = 32768;

    /** Where a descriptor's buffer id lies, u16. */
    static final int DESCRIPTOR_ID = 12;

    /** Where a descriptor's flags lie, u16. */
    static final int DESCRIPTOR_FLAGS = 14;

    /**
     * Descriptor flag: the driver's wrap counter when it made the descriptor available (§2.8.1).
     */
    static final int FLAG_AVAIL = 1 << 7;

    /** Descriptor flag: the device's wrap counter when it used the descriptor (§2.8.1). */
    static final int FLAG_USED = 1 << 15;

    /** The two flags by which descriptors are available (they differ) or used (they are equal). */
    static final int WRAP_FLAGS = FLAG_AVAIL | FLAG_USED;

    /** The alignment of an event suppression structure in bytes (§2.8.10.1). */
    static final int EVENT_ALIGNMENT = 4;

    /** The size of an event suppression structure in bytes (§2.8.10.1). */
    static final int EVENT_BYTES = 4;

    /** Where the position lies whose descriptor the event is for, u16 (§2.8.14). */
    static final int EVENT_POSITION = 0;

    /** Where the event flags lie, u16, of which two bits count (§2.8.14). */
    static final int EVENT_FLAGS = 2;

    /** The bits of the event flags that are not reserved. */
    static final int EVENT_FLAGS_MASK = 3;

    /** Event flags: notifications are wanted (§2.8.10). */
    static final int EVENT_ENABLE = 0;

    /** Event flags: notifications are not wanted (§2.8.10). */
    static final int EVENT_DISABLE = 1;

    /** Event flags: one is wanted when the descriptor at the position is passed (§2.8.10). */
    static final int EVENT_DESCRIPTOR = 2;

    /** The bits of a position that say where in the ring it is; the one above is the counter. */
    static final int POSITION_INDEX_MASK = 0x7fff;

    /** The bit of a position that holds the wrap counter. */
    static final int POSITION_WRAP = 0x8000;

    /** By how much the used position is shifted beside the available one (vhost-user). */
    static final int USED_POSITION_SHIFT = 16;

    private PackedLayout() {}
}
