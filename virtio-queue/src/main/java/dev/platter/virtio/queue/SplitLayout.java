package dev.platter.virtio.queue;

/**
 * Offsets, sizes and flags of a split virtqueue (VIRTIO 1.3 §2.7). All fields are little-endian.
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

    /** The alignment of the descriptor table in bytes (§2.7). */
    static final int DESCRIPTOR_ALIGNMENT = 16;

    /** The alignment of the available ring in bytes (§2.7). */
    static final int AVAIL_ALIGNMENT = 2;

    /** The alignment of the used ring in bytes (§2.7). */
    static final int USED_ALIGNMENT = 4;

    /** The size of a descriptor in bytes (§2.7.5). */
    static final int DESCRIPTOR_BYTES = 16;

    /** Where a descriptor's guest-physical address lies, u64. */
    static final int DESCRIPTOR_ADDRESS = 0;

    /** Where a descriptor's length lies, u32. */
    static final int DESCRIPTOR_LENGTH = 8;

    /** Where a descriptor's flags lie, u16. */
    static final int DESCRIPTOR_FLAGS = 12;

    /** Where a descriptor's link to the next one lies, u16. */
    static final int DESCRIPTOR_NEXT = 14;

    /** Descriptor flag: the chain goes on at {@code next} (§2.7.5). */
    static final int FLAG_NEXT = 1;

    /** Descriptor flag: the device writes the buffer; else it reads it (§2.7.5). */
    static final int FLAG_WRITE = 2;

    /** Descriptor flag: the buffer is a table of descriptors (§2.7.5.3). */
    static final int FLAG_INDIRECT = 4;

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
