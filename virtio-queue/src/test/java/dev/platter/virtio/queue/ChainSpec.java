package dev.platter.virtio.queue;

import java.util.List;

/**
 * A truthful descriptor chain for a driver to lay out.
 *
 * @param buffers its buffers in order, the readable before the writable ones; at least one
 * @param directCount how many of them have descriptors in the ring; the others, if any, are in an
 *     indirect table behind those
 */
record ChainSpec(List<Buffer> buffers, int directCount) {
    /** How many descriptors of the ring's table the chain takes. */
    int ringDescriptors() {
        return directCount + (directCount < buffers.size() ? 1 : 0);
    }

    /** The chain as a layout allows it: a packed one is wholly direct or wholly in a table. */
    ChainSpec in(Layout layout) {
        boolean mixed = directCount > 0 && directCount < buffers.size();
        return layout == Layout.PACKED && mixed ? new ChainSpec(buffers, 0) : this;
    }

    long bytes(boolean writable) {
        return buffers.stream()
                .filter(buffer -> buffer.writable() == writable)
                .mapToLong(Buffer::lengthBytes)
                .sum();
    }

    /**
     * One buffer.
     *
     * @param offset where it starts, counted from {@link RingBuilder#BASE}
     */
    record Buffer(long offset, int lengthBytes, boolean writable) {
        long address() {
            return RingBuilder.BASE + offset;
        }
    }
}
