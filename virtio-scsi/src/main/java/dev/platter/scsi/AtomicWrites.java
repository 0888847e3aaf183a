package dev.platter.scsi;

import dev.platter.api.block.AtomicWriteLimits;

/**
 * What WRITE ATOMIC(16) may ask for, in logical blocks (SBC-4 §6.6.4): a power cut leaves all of
 * the write or nothing of it.
 *
 * @param maxBlocks the longest, 0 where the command is not offered
 * @param alignmentBlocks of what an address must be a multiple, or 0
 * @param granularityBlocks of what a length must be a multiple, or 0
 */
record AtomicWrites(long maxBlocks, long alignmentBlocks, long granularityBlocks) {
    /** Not offered. */
    static final AtomicWrites NONE = new AtomicWrites(0, 0, 0);

    /** What the host promises beyond a single block, which any WRITE is atomic for. */
    static AtomicWrites of(AtomicWriteLimits host, int blockBytes) {
        if (host.maxBytes() < blockBytes) {
            return NONE;
        }
        long granularity = Math.max(1, host.minBytes() / blockBytes);
        return new AtomicWrites(host.maxBytes() / blockBytes, granularity, granularity);
    }

    /** The host takes powers of two, at a multiple of themselves. */
    private static boolean isNatural(long lba, long blocks) {
        return blocks == 0 || (Long.bitCount(blocks) == 1 && lba % blocks == 0);
    }

    /** Whether the range is one that can be written so. */
    boolean allows(long lba, long blocks) {
        return blocks <= maxBlocks
                && (alignmentBlocks == 0 || lba % alignmentBlocks == 0)
                && (granularityBlocks == 0 || blocks % granularityBlocks == 0)
                && isNatural(lba, blocks);
    }
}
