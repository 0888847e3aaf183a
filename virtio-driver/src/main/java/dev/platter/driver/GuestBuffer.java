package dev.platter.driver;

import java.lang.foreign.MemorySegment;

/**
 * A piece of guest memory inside one region: the address that the device is told, and the bytes as
 * this process sees them.
 *
 * @param guestAddress its guest-physical address
 * @param segment its memory
 */
public record GuestBuffer(long guestAddress, MemorySegment segment) {
    /** The length of the buffer. */
    public long sizeBytes() {
        return segment.byteSize();
    }

    /** A part of the buffer. */
    public GuestBuffer slice(long offsetBytes, long lengthBytes) {
        return new GuestBuffer(
                guestAddress + offsetBytes, segment.asSlice(offsetBytes, lengthBytes));
    }

    /** Copies bytes to the start of the buffer. */
    public void put(byte[] source) {
        MemorySegment.copy(MemorySegment.ofArray(source), 0, segment, 0, source.length);
    }

    /** A copy of the first bytes of the buffer. */
    public byte[] get(int lengthBytes) {
        return segment.asSlice(0, lengthBytes).toArray(Wire.U8);
    }
}
