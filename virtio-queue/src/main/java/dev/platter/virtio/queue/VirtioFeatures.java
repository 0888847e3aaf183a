package dev.platter.virtio.queue;

/**
 * The feature bits of VIRTIO 1.3 §6 that belong to no device type, as masks of the 64-bit feature
 * word. Bits 24 to 40 are reserved for the queues and the negotiation itself (§2.2).
 */
public final class VirtioFeatures {
    /** The driver may lay out a request in any number of descriptors (legacy, §6.3). */
    public static final long ANY_LAYOUT = 1L << 27;

    /** The driver may use indirect descriptor tables (§2.7.5.3). */
    public static final long RING_INDIRECT_DESC = 1L << 28;

    /** Notifications are suppressed by {@code used_event} and {@code avail_event} (§2.7.10). */
    public static final long RING_EVENT_IDX = 1L << 29;

    /** The device follows VIRTIO 1 and is no legacy device (§6.1). */
    public static final long VERSION_1 = 1L << 32;

    /** The device's addresses are translated by the platform (§6.1). */
    public static final long ACCESS_PLATFORM = 1L << 33;

    /** The queues are packed (§2.8). */
    public static final long RING_PACKED = 1L << 34;

    /** The device uses buffers in the order in which they were made available (§2.7.9). */
    public static final long IN_ORDER = 1L << 35;

    /** Memory accesses are ordered by the platform, not only between processors (§6.1). */
    public static final long ORDER_PLATFORM = 1L << 36;

    /** A kick carries the queue's position (§2.9.1). */
    public static final long NOTIFICATION_DATA = 1L << 38;

    /** A single queue can be reset (§2.6.1). */
    public static final long RING_RESET = 1L << 40;

    private VirtioFeatures() {}

    /** Whether every bit of a mask is set in a feature word. */
    public static boolean has(long features, long mask) {
        return (features & mask) == mask;
    }
}
