package dev.platter.driver;

/** Numbers of the virtio specification that a driver needs; the section stands at each. */
final class Virtio {
    /** A descriptor continues in the one its next field names (VIRTIO 1.3 §2.7.5). */
    static final int DESC_F_NEXT = 1;

    /** The device writes the buffer, instead of reading it (VIRTIO 1.3 §2.7.5). */
    static final int DESC_F_WRITE = 1 << 1;

    /** The buffer holds a table of descriptors (VIRTIO 1.3 §2.7.5.3). */
    static final int DESC_F_INDIRECT = 1 << 2;

    /** The driver wants no call (VIRTIO 1.3 §2.7.7). */
    static final int AVAIL_F_NO_INTERRUPT = 1;

    /** The device wants no kick (VIRTIO 1.3 §2.7.10). */
    static final int USED_F_NO_NOTIFY = 1;

    /** The size of a descriptor: address u64, length u32, flags u16, next u16 (§2.7.5). */
    static final int DESCRIPTOR_BYTES = 16;

    /** Where a descriptor's length stands. */
    static final int DESCRIPTOR_LENGTH_OFFSET = 8;

    /** Where a descriptor's flags stand. */
    static final int DESCRIPTOR_FLAGS_OFFSET = 12;

    /** Where a descriptor's next field stands. */
    static final int DESCRIPTOR_NEXT_OFFSET = 14;

    /** Where the index stands in both rings, behind the flags (§2.7.6 and §2.7.8). */
    static final int RING_INDEX_OFFSET = 2;

    /** Where the entries of both rings start. */
    static final int RING_ENTRIES_OFFSET = 4;

    /** The size of a used ring entry: id u32, length u32 (§2.7.8). */
    static final int USED_ENTRY_BYTES = 8;

    /** A packed descriptor's wrap counter of the driver (VIRTIO 1.3 §2.8.1). */
    static final int PACKED_DESC_F_AVAIL = 1 << 7;

    /** A packed descriptor's wrap counter of the device (VIRTIO 1.3 §2.8.1). */
    static final int PACKED_DESC_F_USED = 1 << 15;

    /** Where a packed descriptor's buffer id stands (VIRTIO 1.3 §2.8.13). */
    static final int PACKED_DESCRIPTOR_ID_OFFSET = 12;

    /** Where a packed descriptor's flags stand (VIRTIO 1.3 §2.8.13). */
    static final int PACKED_DESCRIPTOR_FLAGS_OFFSET = 14;

    /** Event flags: notifications are wanted (VIRTIO 1.3 §2.8.10). */
    static final int PACKED_EVENT_ENABLE = 0;

    /** Event flags: notifications are not wanted (VIRTIO 1.3 §2.8.10). */
    static final int PACKED_EVENT_DISABLE = 1;

    /** Event flags: one notification is wanted, at a position (VIRTIO 1.3 §2.8.10). */
    static final int PACKED_EVENT_DESC = 2;

    /** The bits of the event flags that are not reserved (VIRTIO 1.3 §2.8.14). */
    static final int PACKED_EVENT_MASK = 3;

    /** The largest ring, split or packed (VIRTIO 1.3 §2.7 and §2.8). */
    static final int MAX_QUEUE_SIZE = 32768;

    private Virtio() {}
}
