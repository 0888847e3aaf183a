package dev.platter.scsi;

import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockLimits;

/**
 * The shape of a logical unit, and the limits it sets for one command.
 *
 * @param blockBytes the logical block
 * @param blockShift its binary logarithm
 * @param physicalBlockBytes the physical block, not smaller
 * @param blockCount the capacity in logical blocks, 1 or more
 * @param maxTransferBytes the longest backend read or write, in whole blocks
 * @param optimalTransferBytes what the medium likes best, or 0
 * @param maxZeroBytes the longest backend discard or write of zeroes, in whole blocks
 * @param thin whether the unit offers thin provisioning
 * @param discardGranularityBytes the unit of release; 0 unless thin
 * @param discardReadsZero whether discarded blocks read as zeroes
 * @param atomic what WRITE ATOMIC(16) may ask for
 */
record Geometry(
        int blockBytes,
        int blockShift,
        int physicalBlockBytes,
        long blockCount,
        int maxTransferBytes,
        int optimalTransferBytes,
        long maxZeroBytes,
        boolean thin,
        int discardGranularityBytes,
        boolean discardReadsZero,
        AtomicWrites atomic) {

    /**
     * What one WRITE SAME may cover in all; to the backend it goes in parts. It bounds how long one
     * command takes, and is what WRITE SAME(10) can name.
     */
    private static final long MAX_WRITE_SAME_BLOCKS = 0xFFFF;

    /** What one UNMAP may name: no initiator takes a limit beyond 2^20 blocks for sane. */
    private static final long MAX_UNMAP_BLOCKS = 1 << 20;

    private static final int MAX_EXPONENT = 15;

    /** The largest count of blocks a 32-bit field can name. */
    private static final long MAX_UINT32 = 0xFFFF_FFFFL;

    /** Fits options to an image; refuses with IllegalArgumentException what does not fit. */
    static Geometry of(BlockBackend backend, LogicalUnitOptions options) {
        BlockLimits limits = backend.limits();
        int block = options.logicalBlockBytes();
        requireFit(backend, limits, block);
        boolean thin = options.discard() && limits.discardGranularityBytes() != 0;
        return new Geometry(
                block,
                Integer.numberOfTrailingZeros(block),
                physicalBlockBytes(limits, options),
                backend.sizeBytes() / block,
                Math.max(block, limits.maxTransferBytes() & -block),
                limits.optimalTransferBytes(),
                Math.max(block, limits.maxDiscardBytes() & -block),
                thin,
                thin ? limits.discardGranularityBytes() : 0,
                thin && limits.discardReadsZero(),
                AtomicWrites.of(backend.atomicWrites(), block));
    }

    /**
     * The same with another capacity.
     *
     * @throws IllegalArgumentException in one sentence, if it is not one or more blocks
     */
    Geometry resized(long sizeBytes) {
        if (sizeBytes <= 0 || sizeBytes % blockBytes != 0) {
            throw new IllegalArgumentException(
                    "a size of "
                            + sizeBytes
                            + " bytes is not one or more blocks of "
                            + blockBytes
                            + " bytes");
        }
        return new Geometry(
                blockBytes,
                blockShift,
                physicalBlockBytes,
                sizeBytes / blockBytes,
                maxTransferBytes,
                optimalTransferBytes,
                maxZeroBytes,
                thin,
                discardGranularityBytes,
                discardReadsZero,
                atomic);
    }

    private static void requireFit(BlockBackend backend, BlockLimits limits, int block) {
        if (block < limits.requestAlignmentBytes()) {
            throw new IllegalArgumentException(
                    "logical_block_size="
                            + block
                            + " is smaller than the "
                            + limits.requestAlignmentBytes()
                            + " bytes the image must be accessed in: use logical_block_size="
                            + limits.requestAlignmentBytes()
                            + " or cache.direct=off");
        }
        if (backend.sizeBytes() == 0) {
            throw new IllegalArgumentException(
                    "the image is empty: give a size, or an image of one block at least");
        }
        if (backend.sizeBytes() % block != 0) {
            throw new IllegalArgumentException(
                    "the image's size of "
                            + backend.sizeBytes()
                            + " bytes is not a multiple of logical_block_size="
                            + block
                            + ": extend the image to the next multiple");
        }
    }

    private static int physicalBlockBytes(BlockLimits limits, LogicalUnitOptions options) {
        if (options.physicalBlockBytes() != 0) {
            return options.physicalBlockBytes();
        }
        return Math.max(options.logicalBlockBytes(), limits.physicalBlockBytes());
    }

    /** Whether a range of blocks lies on the disk; an empty one may lie at its very end. */
    boolean contains(long lba, long blocks) {
        return Long.compareUnsigned(lba, blockCount) <= 0 && blocks <= blockCount - lba;
    }

    /** The length of a number of blocks on the disk, or of at most 2^32 blocks. */
    long bytes(long blocks) {
        return blocks << blockShift;
    }

    /** The number of whole blocks in a length, cut to a 32-bit field. */
    long blocks32(long lengthBytes) {
        return Math.min(lengthBytes >>> blockShift, MAX_UINT32);
    }

    long maxTransferBlocks() {
        return blocks32(maxTransferBytes);
    }

    /** The most blocks one UNMAP may name; 0 unless thin. */
    long maxUnmapBlocks() {
        return thin ? MAX_UNMAP_BLOCKS : 0;
    }

    long maxWriteSameBlocks() {
        return MAX_WRITE_SAME_BLOCKS;
    }

    /** The most blocks of one COMPARE AND WRITE: those that one request reads. */
    int maxCompareBlocks() {
        int bytes = Math.min(Scratch.BYTES, maxTransferBytes);
        return Math.min(Sbc.COMPARE_AND_WRITE_MAX_BLOCKS, bytes >> blockShift);
    }

    /** The binary logarithm of the number of logical blocks in a physical one: four bits. */
    int physicalExponent() {
        return Math.min(
                Integer.numberOfTrailingZeros(physicalBlockBytes >> blockShift), MAX_EXPONENT);
    }
}
