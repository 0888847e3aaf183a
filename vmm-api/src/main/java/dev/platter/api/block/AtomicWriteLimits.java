package dev.platter.api.block;

/**
 * What a backend can write with {@link IoFlags#ATOMIC}: a power cut leaves all of the write or
 * nothing of it. Lengths are powers of two, and the offset a multiple of the length.
 *
 * @param minBytes the shortest
 * @param maxBytes the longest, or 0 where there are no such writes
 */
public record AtomicWriteLimits(int minBytes, int maxBytes) {
    /** No such writes. */
    public static final AtomicWriteLimits NONE = new AtomicWriteLimits(0, 0);

    /** Whether a write lies within the limits. */
    public boolean allow(long offsetBytes, long lengthBytes) {
        return lengthBytes >= minBytes
                && lengthBytes <= maxBytes
                && Long.bitCount(lengthBytes) == 1
                && (offsetBytes & (lengthBytes - 1)) == 0;
    }
}
