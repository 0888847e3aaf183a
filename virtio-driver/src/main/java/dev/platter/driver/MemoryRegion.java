package dev.platter.driver;

import java.lang.foreign.MemorySegment;

/**
 * One contiguous region of guest memory.
 *
 * @param guestAddress its first guest-physical address
 * @param segment its memory in this process
 * @param fd the descriptor another process can map it by, or -1 where the memory is not shared
 */
public record MemoryRegion(long guestAddress, MemorySegment segment, int fd) {
    /** The length of the region. */
    public long sizeBytes() {
        return segment.byteSize();
    }

    /** Whether an address lies in the region. */
    public boolean holds(long address) {
        return Long.compareUnsigned(address - guestAddress, sizeBytes()) < 0;
    }

    /** A part of the region as a buffer. */
    public GuestBuffer buffer(long offsetBytes, long lengthBytes) {
        return new GuestBuffer(
                guestAddress + offsetBytes, segment.asSlice(offsetBytes, lengthBytes));
    }
}
