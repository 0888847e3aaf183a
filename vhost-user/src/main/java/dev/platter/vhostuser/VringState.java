package dev.platter.vhostuser;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * The payload "vring state description": a queue's index and one number of it (its size, its
 * position, or whether it is enabled).
 *
 * <pre>
 *  0       4       8
 *  | index | num   |
 * </pre>
 */
record VringState(int index, int number) {
    static VringState of(MemorySegment payload) {
        return new VringState(
                payload.get(JAVA_INT_UNALIGNED, 0), payload.get(JAVA_INT_UNALIGNED, 4));
    }
}
