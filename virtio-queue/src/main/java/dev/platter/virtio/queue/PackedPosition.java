package dev.platter.virtio.queue;

/**
 * A place in a packed ring together with the wrap counter there (VIRTIO 1.3 §2.8.1), which counts
 * the rounds by one bit. Mutable, the owner's.
 */
final class PackedPosition {
    private final int size;
    private int index;
    private boolean wrap;

    /**
     * A position.
     *
     * @param size the queue size
     * @param bits the index in bits 0 to 14 and the counter in bit 15
     * @throws IllegalArgumentException in one sentence, if there is no such place
     */
    PackedPosition(int size, int bits) {
        this.size = size;
        index = bits & PackedLayout.POSITION_INDEX_MASK;
        wrap = (bits & PackedLayout.POSITION_WRAP) != 0;
        if (index >= size) {
            throw new IllegalArgumentException(
                    "position " + index + " is not within a packed ring of " + size);
        }
    }

    /** The descriptor, {@code 0 <= index() < size}. */
    int index() {
        return index;
    }

    /** The index in bits 0 to 14 and the counter in bit 15. */
    int bits() {
        return wrap ? index | PackedLayout.POSITION_WRAP : index;
    }

    /** Steps over descriptors, at most as many as the ring has. */
    void advance(int descriptors) {
        index += descriptors;
        if (index >= size) {
            index -= size;
            wrap = !wrap;
        }
    }

    /** What the wrap flags of a descriptor are here that the driver made available. */
    int availableFlags() {
        return wrap ? PackedLayout.FLAG_AVAIL : PackedLayout.FLAG_USED;
    }

    /** What the wrap flags of a descriptor are here that the device used. */
    int usedFlags() {
        return wrap ? PackedLayout.WRAP_FLAGS : 0;
    }

    /**
     * How many steps lead from another position to this one.
     *
     * @param otherBits a position that the guest wrote, true or not
     * @return {@code 0 <= steps < 2 * size}, for behind two rounds the bits are the same again;
     *     something of no meaning if the other is not in the ring
     */
    int stepsSince(int otherBits) {
        int other = otherBits & PackedLayout.POSITION_INDEX_MASK;
        boolean sameRound = wrap == ((otherBits & PackedLayout.POSITION_WRAP) != 0);
        int steps = index - other + (sameRound ? 0 : size);
        return steps < 0 ? steps + 2 * size : steps;
    }
}
