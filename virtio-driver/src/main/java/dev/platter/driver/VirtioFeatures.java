package dev.platter.driver;

/** Feature bits that the driver knows, as masks. */
public final class VirtioFeatures {
    /** The device reports hot-plug and removal through events (VIRTIO 1.3 §5.6.3). */
    public static final long SCSI_HOTPLUG = 1L << 1;

    /** The device reports changed parameters through events (VIRTIO 1.3 §5.6.3). */
    public static final long SCSI_CHANGE = 1L << 2;

    /** The block size is told (VIRTIO 1.3 §5.2.3). */
    public static final long BLK_BLK_SIZE = 1L << 6;

    /** The device takes flushes (VIRTIO 1.3 §5.2.3). */
    public static final long BLK_FLUSH = 1L << 9;

    /** The cache can be switched through the configuration space (VIRTIO 1.3 §5.2.3). */
    public static final long BLK_CONFIG_WCE = 1L << 11;

    /** The number of queues is told (VIRTIO 1.3 §5.2.3). */
    public static final long BLK_MQ = 1L << 12;

    /** Indirect descriptors (VIRTIO 1.3 §6). */
    public static final long INDIRECT_DESC = 1L << 28;

    /** Kicks and calls are suppressed by ring positions (VIRTIO 1.3 §6). */
    public static final long EVENT_IDX = 1L << 29;

    /** The device is not a legacy one (VIRTIO 1.3 §6). */
    public static final long VERSION_1 = 1L << 32;

    /** The queues are packed (VIRTIO 1.3 §6). */
    public static final long RING_PACKED = 1L << 34;

    private VirtioFeatures() {}
}
