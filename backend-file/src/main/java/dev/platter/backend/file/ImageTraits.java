package dev.platter.backend.file;

import dev.platter.api.block.AtomicWriteLimits;

/**
 * What was found out about an image when it was opened.
 *
 * @param sizeBytes its capacity then
 * @param readOnly opened for reading only
 * @param direct opened with {@code O_DIRECT}
 * @param memoryAlignmentBytes what a request's memory must be aligned to; 1 where any will do
 * @param storage what it lies on
 * @param atomicWrites what the host writes all or nothing
 */
record ImageTraits(
        long sizeBytes,
        boolean readOnly,
        boolean direct,
        int memoryAlignmentBytes,
        StorageTraits storage,
        AtomicWriteLimits atomicWrites) {}
