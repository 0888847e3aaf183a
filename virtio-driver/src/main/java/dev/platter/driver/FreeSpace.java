package dev.platter.driver;

import java.util.Map;
import java.util.TreeMap;

/** The free ranges of one region, first fit, neighbours merged. Offsets and lengths in bytes. */
final class FreeSpace {
    static final long NONE = -1;

    private final TreeMap<Long, Long> free = new TreeMap<>();

    FreeSpace(long sizeBytes) {
        free.put(0L, sizeBytes);
    }

    /**
     * Takes a range.
     *
     * @param alignmentBytes the range starts {@code skewBytes} behind a multiple of it
     * @return its offset, or {@link #NONE}
     */
    long take(long lengthBytes, long alignmentBytes, long skewBytes) {
        for (Map.Entry<Long, Long> range : free.entrySet()) {
            long start = range.getKey();
            long at = Math.ceilDiv(start - skewBytes, alignmentBytes) * alignmentBytes + skewBytes;
            if (at + lengthBytes <= start + range.getValue()) {
                takeAt(at, lengthBytes);
                return at;
            }
        }
        return NONE;
    }

    /** Takes this very range; false if a part of it is taken already. */
    boolean takeAt(long offset, long lengthBytes) {
        Map.Entry<Long, Long> range = free.floorEntry(offset);
        if (range == null || range.getKey() + range.getValue() < offset + lengthBytes) {
            return false;
        }
        long start = range.getKey();
        long end = start + range.getValue();
        free.remove(start);
        if (start < offset) {
            free.put(start, offset - start);
        }
        if (offset + lengthBytes < end) {
            free.put(offset + lengthBytes, end - offset - lengthBytes);
        }
        return true;
    }

    /** Gives a range back. */
    void give(long offset, long lengthBytes) {
        long start = offset;
        long length = lengthBytes;
        Map.Entry<Long, Long> before = free.floorEntry(offset);
        if (before != null && before.getKey() + before.getValue() == offset) {
            start = before.getKey();
            length += before.getValue();
        }
        Long after = free.remove(offset + lengthBytes);
        if (after != null) {
            length += after;
        }
        free.put(start, length);
    }
}
