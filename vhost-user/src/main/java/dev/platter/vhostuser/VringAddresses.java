package dev.platter.vhostuser;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * The payload "vring address description": where a queue lies, as addresses of the front-end's own
 * process.
 *
 * <pre>
 *  0       4       8            16     24          32    40
 *  | index | flags | descriptor | used | available | log |
 * </pre>
 */
record VringAddresses(
        int index, int flags, long descriptorTable, long usedRing, long availableRing) {
    static VringAddresses of(MemorySegment payload) {
        return new VringAddresses(
                payload.get(JAVA_INT_UNALIGNED, 0),
                payload.get(JAVA_INT_UNALIGNED, 4),
                payload.get(JAVA_LONG_UNALIGNED, 8),
                payload.get(JAVA_LONG_UNALIGNED, 16),
                payload.get(JAVA_LONG_UNALIGNED, 24));
    }
}
