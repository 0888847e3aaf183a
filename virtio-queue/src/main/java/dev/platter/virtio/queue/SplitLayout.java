package dev.platter.virtio.queue;

/**
 * Offsets, sizes and flags of a split virtqueue (VIRTIO 1.3 §2.7), beside those of {@link
 * DescriptorLayout}. All fields are little-endian.
 *
 * <pre>
 *  descriptor (§2.7.5)    0                 8        12     14
 *                         +-----------------+--------+------+------+
 *                         | address         | length | flags| next |   16 bytes
 *                         +-----------------+--------+------+------+
 *
 *  available (§2.7.6)     flags u16 | idx u16 | ring u16[size]              | used_event u16
 *  used      (§2.7.8)     flags u16 | idx u16 | {id u32, length u32}[size]  | avail_event u16
 * </pre>
 */
final class SplitLayout {
    /** The largest queue size of any split queue (§2.7). */
    static final int MAX_SIZE = 32768;

    /** The alignment of the available ring in bytes (§2.7). */
    static final int AVAIL_ALIGNMENT = 2;

    /** The alignment of the used ring in bytes (§2.7). */
    static final int USED_ALIGNMENT = 4;

    /** Where a descriptor's flags lie, u16. */
    static final int DESCRIPTOR_FLAGS = 12;

    /** Where a descriptor's link to the next one lies, u16. */
    static final int DESCRIPTOR_NEXT = 14;

    /** Where the flags of the available and of the used ring lie, u16. */
    static final int RING_FLAGS = 0;

    /** Where the index of the available and of the used ring lies, u16, free-running. */
    static final int RING_IDX = 2;

    /** Where the entries of the available and of the used ring start. */
    static final int RING_ENTRIES = 4;

    /** The size of an available entry in bytes (§2.7.6). */
    static final int AVAIL_ENTRY_BYTES = 2;

    /** The size of a used entry in bytes (§2.7.8). */
    static final int USED_ENTRY_BYTES = 8;

    /** Where the written length lies in a used entry, u32; the head before it, u32. */
    static final int USED_ENTRY_LENGTH = 4;

    /** The size of {@code used_event} and of {@code avail_event} in bytes. */
    static final int EVENT_BYTES = 2;

    /** Available ring flag: the driver wants no call (§2.7.7). */
    static final int AVAIL_FLAG_NO_INTERRUPT = 1;

    /** Used ring flag: the device wants no kick (§2.7.10). */
    static final int USED_FLAG_NO_NOTIFY = 1;

    private SplitLayout() {}

    /** Where {@code used_event} lies in the available ring (§2.7.7). */
    static long usedEventOffset(int sizeEntries) {
        return RING_ENTRIES + (long) AVAIL_ENTRY_BYTES * sizeEntries;
    }

    /** Where {@code avail_event} lies in the used ring (§2.7.10). */
    static long availEventOffset(int sizeEntries) {
        return RING_ENTRIES + (long) USED_ENTRY_BYTES * sizeEntries;
    }
}
