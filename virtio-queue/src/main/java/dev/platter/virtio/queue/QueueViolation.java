package dev.platter.virtio.queue;

/** The rule of its queue that a driver broke: one constant for each lie a guest can tell. */
public enum QueueViolation {
    /** VIRTIO 1.3 §2.7.6: the free-running index can be ahead by the queue size at most. */
    AVAIL_INDEX_JUMPED("the available index is ahead by more than the queue size"),

    /** VIRTIO 1.3 §2.7.6: an available entry names a descriptor of the table. */
    HEAD_OUT_OF_RANGE("an available entry names a descriptor beyond the descriptor table"),

    /**
     * VIRTIO 1.3 §2.7.13.1: only free descriptors are made available. Found by the device, which
     * knows what it holds.
     */
    HEAD_IN_FLIGHT("a descriptor was made available again before it was used"),

    /** VIRTIO 1.3 §2.8.21.1: buffer ids are those of a ring with one buffer a descriptor. */
    ID_OUT_OF_RANGE("a buffer id is not less than the queue size"),

    /** VIRTIO 1.3 §2.8.21.1: a buffer id is free when it is given to a buffer. */
    ID_IN_FLIGHT("a buffer id was given again before its buffer was used"),

    /** VIRTIO 1.3 §2.8.17: there is enough space in the ring for what is made available. */
    RING_OVERRUN("descriptors were made available again before they were used"),

    /** VIRTIO 1.3 §2.8.17: no chain is longer than the ring. */
    CHAIN_LONGER_THAN_RING("a descriptor chain is longer than the ring"),

    /** VIRTIO 1.3 §2.8.6: the first descriptor of a chain becomes available after all others. */
    CHAIN_NOT_AVAILABLE("a descriptor chain goes on where no descriptor is available"),

    /** VIRTIO 1.3 §2.7.5: {@code next} names a descriptor of the same table. */
    NEXT_OUT_OF_RANGE("a descriptor's next field points beyond its table"),

    /** VIRTIO 1.3 §2.7.5.2: a chain has an end, and is no longer than its table. */
    CHAIN_LOOPS("a descriptor chain is longer than its table, so it loops"),

    /** VIRTIO 1.3 §2.7.5.3.1: indirect tables need the feature bit. */
    INDIRECT_NOT_NEGOTIATED("an indirect descriptor was used without its feature bit"),

    /** VIRTIO 1.3 §2.7.5.3.1: a table holds no indirect descriptor. */
    INDIRECT_NESTED("an indirect table holds an indirect descriptor"),

    /** VIRTIO 1.3 §2.7.5.3.1: the indirect descriptor is the last of its chain. */
    INDIRECT_WITH_NEXT("an indirect descriptor also has a next descriptor"),

    /** VIRTIO 1.3 §2.8.19: a packed chain is direct, or a single indirect descriptor. */
    INDIRECT_IN_CHAIN("an indirect descriptor follows another descriptor"),

    /** VIRTIO 1.3 §2.7.5.3: a table holds at least one descriptor. */
    INDIRECT_EMPTY("an indirect table is empty"),

    /** VIRTIO 1.3 §2.7.5.3.2: the table's length is a multiple of 16. */
    INDIRECT_LENGTH_UNEVEN("an indirect table's length is not a multiple of 16"),

    /** VIRTIO 1.3 §2.7.5.3.1: no chain is longer than the device's limit. */
    INDIRECT_TOO_LONG("an indirect table is longer than the device allows"),

    /** The table, or one descriptor of it, is not in guest memory. */
    INDIRECT_NOT_MAPPED("an indirect table lies outside guest memory"),

    /** VIRTIO 1.3 §2.7.4.2: the device-writable part follows the device-readable part. */
    READABLE_AFTER_WRITABLE("a readable descriptor follows a writable one"),

    /** A buffer ends beyond the last 64-bit address. */
    BUFFER_WRAPS("a buffer's address and length wrap the address space"),

    /** A buffer is not, or not wholly, in guest memory. */
    BUFFER_NOT_MAPPED("a buffer lies outside guest memory"),

    /** VIRTIO 1.3 §2.7.5.2: no chain is longer than 2^32 bytes. */
    CHAIN_OVER_4_GIB("a descriptor chain is longer than 2^32 bytes"),

    /** The buffers, cut where they cross memory regions, are more than the device has room for. */
    TOO_MANY_PIECES("a descriptor chain has more pieces than the device allows"),

    /** The chain has no room for what every request of the device has. Found by the device. */
    HEADER_TOO_SHORT("a descriptor chain is too short for the request's header");

    private final String sentence;

    QueueViolation(String sentence) {
        this.sentence = sentence;
    }

    /** What the guest did, in words for the log: a clause without capital and full stop. */
    public String sentence() {
        return sentence;
    }
}
