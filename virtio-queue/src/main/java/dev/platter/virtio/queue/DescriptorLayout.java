package dev.platter.virtio.queue;

/**
 * What the descriptors of both queue layouts have in common (VIRTIO 1.3 §2.7.5 and §2.8.13). The
 * last four bytes differ: see {@link SplitLayout} and {@link PackedLayout}.
 */
final class DescriptorLayout {
    /** The alignment of the descriptor area in bytes (§2.7 and §2.8.10.1). */
    static final int ALIGNMENT = 16;

    /** The size of a descriptor in bytes. */
    static final int BYTES = 16;

    /** Where a descriptor's guest-physical address lies, u64. */
    static final int ADDRESS = 0;

    /** Where a descriptor's length lies, u32. */
    static final int LENGTH = 8;

    /** The chain goes on: split at {@code next}, packed at the descriptor behind (§2.8.6). */
    static final int FLAG_NEXT = 1;

    /** The device writes the buffer; else it reads it. */
    static final int FLAG_WRITE = 2;

    /** The buffer is a table of descriptors (§2.7.5.3 and §2.8.7). */
    static final int FLAG_INDIRECT = 4;

    private DescriptorLayout() {}
}
