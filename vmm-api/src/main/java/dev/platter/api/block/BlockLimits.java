package dev.platter.api.block;

/**
 * What a backend can take and what its host prefers, fixed while it is open. All in bytes.
 *
 * @param requestAlignmentBytes offsets and lengths must be multiples of this power of two; 1 where
 *     any will do
 * @param maxTransferBytes the longest read or write
 * @param physicalBlockBytes the smallest write that needs no read-modify-write on the medium, a
 *     power of two
 * @param optimalTransferBytes the transfer the medium likes best, or 0 if it does not say
 * @param discardGranularityBytes the unit in which discards release space, or 0 where discard is
 *     not offered
 * @param maxDiscardBytes the longest discard or write of zeroes
 * @param discardReadsZero whether a discarded range reads as zeroes
 */
public record BlockLimits(
        int requestAlignmentBytes,
        int maxTransferBytes,
        int physicalBlockBytes,
        int optimalTransferBytes,
        int discardGranularityBytes,
        long maxDiscardBytes,
        boolean discardReadsZero) {}
