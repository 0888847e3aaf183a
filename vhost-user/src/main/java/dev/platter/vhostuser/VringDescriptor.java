package dev.platter.vhostuser;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * The 64-bit payload of a kick, call or error descriptor: which queue it is for, and whether it
 * comes at all.
 *
 * @param index the queue's index, 0 to 255
 * @param present whether a file descriptor rides with the message
 */
record VringDescriptor(int index, boolean present) {
    static VringDescriptor of(MemorySegment payload) {
        long value = payload.get(JAVA_LONG_UNALIGNED, 0);
        return new VringDescriptor(
                (int) (value & VhostUserProtocol.VRING_INDEX_MASK),
                (value & VhostUserProtocol.VRING_NO_FD) == 0);
    }
}
