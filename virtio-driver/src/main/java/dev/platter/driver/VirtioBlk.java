package dev.platter.driver;

/** Numbers of the virtio-blk device (VIRTIO 1.3 §5.2) that its driver sends and reads. */
public final class VirtioBlk {
    /** The device type (VIRTIO 1.3 §5). */
    public static final int DEVICE_ID = 2;

    /** Offsets in requests and the capacity count in these, whatever the block size (§5.2.6). */
    public static final int SECTOR_BYTES = 512;

    /** The request was done (VIRTIO 1.3 §5.2.6). */
    public static final int S_OK = 0;

    /** The request failed (VIRTIO 1.3 §5.2.6). */
    public static final int S_IOERR = 1;

    /** The device does not know such requests (VIRTIO 1.3 §5.2.6). */
    public static final int S_UNSUPP = 2;

    // VIRTIO 1.3 §5.2.6: the request types.
    static final int T_IN = 0;
    static final int T_OUT = 1;
    static final int T_FLUSH = 4;

    // VIRTIO 1.3 §5.2.6: the header; behind the data one byte of status.
    static final int HEADER_TYPE_OFFSET = 0;
    static final int HEADER_RESERVED_OFFSET = 4;
    static final int HEADER_SECTOR_OFFSET = 8;
    static final int HEADER_BYTES = 16;
    static final int STATUS_BYTES = 1;

    // VIRTIO 1.3 §5.2.4: the configuration space, up to the number of queues.
    static final int CONFIG_CAPACITY_OFFSET = 0;
    static final int CONFIG_BLK_SIZE_OFFSET = 20;
    static final int CONFIG_WCE_OFFSET = 32;
    static final int CONFIG_NUM_QUEUES_OFFSET = 34;
    static final int CONFIG_BYTES = 36;

    private VirtioBlk() {}
}
