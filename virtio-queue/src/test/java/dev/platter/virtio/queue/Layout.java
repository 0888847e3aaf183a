package dev.platter.virtio.queue;

/** The two layouts of a virtqueue (VIRTIO 1.3 §2.6). */
enum Layout {
    SPLIT,
    PACKED
}
