package dev.platter.scsi;

/**
 * A stretch to copy from one logical unit to another, or within one; in bytes.
 *
 * @param lengthBytes may be 0
 */
record CopySegment(
        LogicalUnit source,
        LogicalUnit target,
        long sourceOffset,
        long targetOffset,
        long lengthBytes) {}
