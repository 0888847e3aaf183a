package dev.platter.vhostuser;

/**
 * The virtio feature bits the transport has a say in (VIRTIO 1.3 §6 and the vhost-user "Feature
 * bits"). All others are between the device and its driver.
 */
final class TransportFeatures {
    /** {@code VHOST_F_LOG_ALL}: the back-end marks the memory it writes. */
    static final long LOG_ALL = 1L << 26;

    /** {@code VIRTIO_F_INDIRECT_DESC}. */
    static final long INDIRECT_DESC = 1L << 28;

    /** {@code VIRTIO_F_EVENT_IDX}. */
    static final long EVENT_IDX = 1L << 29;

    /**
     * {@code VHOST_USER_F_PROTOCOL_FEATURES}: there are protocol features; rings start disabled.
     */
    static final long PROTOCOL_FEATURES = 1L << 30;

    /** {@code VIRTIO_F_RING_PACKED}. */
    static final long RING_PACKED = 1L << 34;

    /** {@code VIRTIO_F_IN_ORDER}. */
    static final long IN_ORDER = 1L << 35;

    /** {@code VIRTIO_F_NOTIFICATION_DATA}: kicks carry data, which an eventfd cannot. */
    static final long NOTIFICATION_DATA = 1L << 38;

    /** {@code VIRTIO_F_RING_RESET}: a queue is reset alone; no vhost-user request does that. */
    static final long RING_RESET = 1L << 40;

    /** What this transport cannot carry, whatever the device offers. */
    private static final long NOT_CARRIED = NOTIFICATION_DATA | RING_RESET;

    /** What is between front-end and back-end, and nothing of the device's. */
    private static final long TRANSPORT_ONLY = PROTOCOL_FEATURES | LOG_ALL;

    /**
     * What changes how rings or memory are handled, so that a front-end which sets it unasked would
     * be misunderstood. Other bits it may set unasked: QEMU offers several to the guest on its own.
     */
    private static final long ONLY_IF_OFFERED =
            NOT_CARRIED | INDIRECT_DESC | EVENT_IDX | RING_PACKED | IN_ORDER;

    private TransportFeatures() {}

    /** What the back-end offers for a device with these features. */
    static long offered(long deviceFeatures) {
        return (deviceFeatures & ~NOT_CARRIED) | TRANSPORT_ONLY;
    }

    /** The bits among those a front-end set that this back-end cannot go along with. */
    static long unsupported(long set, long offered) {
        return set & ~offered & ONLY_IF_OFFERED;
    }

    /** Whether rings start disabled, for the front-end to enable. */
    static boolean ringsStartDisabled(long set) {
        return (set & PROTOCOL_FEATURES) != 0;
    }

    /** Whether the memory that the back-end writes is to be marked in the dirty log. */
    static boolean logsWrites(long set) {
        return (set & LOG_ALL) != 0;
    }

    /** The features as the device is to see them: without the transport's own bits. */
    static long ofDevice(long set) {
        return set & ~TRANSPORT_ONLY;
    }
}
