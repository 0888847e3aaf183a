package dev.platter.backend.file;

import dev.platter.api.block.BlockLimits;

/** The limits of an image, from what its host told. */
final class ImageLimits {
    /** {@code MAX_RW_COUNT} of Linux: what one read or write transfers at most. */
    private static final int MAX_TRANSFER_BYTES = 0x7ffff000;

    /** Longer ones hold their queue up for too long: the calls that serve them block. */
    private static final long MAX_DISCARD_BYTES = 1L << 30;

    /** Some file systems call a huge page or a stripe a block; a guest has no use for that. */
    private static final int MAX_BLOCK_BYTES = 1 << 16;

    private static final int COMMON_BLOCK_BYTES = 4096;

    private ImageLimits() {}

    /**
     * A file's.
     *
     * @param blockBytes the file system's block, in whatever shape it tells it
     * @param punches whether discards are wanted and make holes, which read as zeroes
     */
    static BlockLimits ofFile(int requestBytes, int blockBytes, boolean punches) {
        boolean sensible = Integer.bitCount(blockBytes) == 1 && blockBytes <= MAX_BLOCK_BYTES;
        int physical = Math.max(sensible ? blockBytes : COMMON_BLOCK_BYTES, requestBytes);
        return of(requestBytes, physical, 0, punches ? physical : 0, punches);
    }

    /**
     * A block device's. What a discarded range of it reads as, nobody guarantees.
     *
     * @param discards whether discards are wanted
     */
    static BlockLimits ofDevice(
            int requestBytes,
            int physicalBytes,
            int optimalBytes,
            DeviceQueue queue,
            boolean discards) {
        long granularity = Math.max(queue.discardGranularityBytes(), requestBytes);
        boolean offered = discards && queue.discardMaxBytes() != 0;
        return of(
                requestBytes,
                Math.max(physicalBytes, requestBytes),
                optimalBytes,
                offered ? (int) Math.min(granularity, MAX_DISCARD_BYTES) : 0,
                false);
    }

    private static BlockLimits of(
            int requestBytes, int physical, int optimal, int granularity, boolean readsZero) {
        return new BlockLimits(
                requestBytes,
                MAX_TRANSFER_BYTES & -requestBytes,
                physical,
                optimal,
                granularity,
                MAX_DISCARD_BYTES,
                readsZero);
    }
}
