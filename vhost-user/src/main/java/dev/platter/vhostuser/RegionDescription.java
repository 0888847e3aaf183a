package dev.platter.vhostuser;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * One guest memory region as the front-end describes it ("Memory region description").
 *
 * <pre>
 *  0               8      16             24            32
 *  | guest address | size | user address | mmap offset |
 * </pre>
 *
 * @param guestAddress its first guest-physical address, unsigned
 * @param sizeBytes its length
 * @param userAddress where it lies in the front-end's process, unsigned; queue addresses count from
 *     there
 * @param mmapOffset where it starts in the file of its descriptor
 */
record RegionDescription(long guestAddress, long sizeBytes, long userAddress, long mmapOffset) {
    /** The length of the structure in bytes. */
    static final int BYTES = 32;

    /** More than any host maps; below it the arithmetic of offsets and lengths cannot overflow. */
    private static final long MAX_BYTES = 1L << 52;

    static RegionDescription of(MemorySegment payload, long offsetBytes) {
        return new RegionDescription(
                payload.get(JAVA_LONG_UNALIGNED, offsetBytes),
                payload.get(JAVA_LONG_UNALIGNED, offsetBytes + 8),
                payload.get(JAVA_LONG_UNALIGNED, offsetBytes + 16),
                payload.get(JAVA_LONG_UNALIGNED, offsetBytes + 24));
    }

    /** Whether both are the same piece of memory; the file offset of a removal is not told. */
    boolean sameMemory(RegionDescription other) {
        return guestAddress == other.guestAddress
                && sizeBytes == other.sizeBytes
                && userAddress == other.userAddress;
    }

    /** Whether the two share an address, of the guest or of the front-end. */
    boolean overlaps(RegionDescription other) {
        return overlap(guestAddress, sizeBytes, other.guestAddress, other.sizeBytes)
                || overlap(userAddress, sizeBytes, other.userAddress, other.sizeBytes);
    }

    /** Says what makes the region impossible by itself. */
    void check() throws RequestRefusedException {
        if (sizeBytes <= 0 || sizeBytes > MAX_BYTES) {
            throw new RequestRefusedException(this + " has no usable size");
        }
        if (wraps(guestAddress) || wraps(userAddress)) {
            throw new RequestRefusedException(this + " runs over the end of the address space");
        }
        if (mmapOffset < 0 || mmapOffset > MAX_BYTES) {
            throw new RequestRefusedException(this + " lies at an impossible file offset");
        }
    }

    private boolean wraps(long address) {
        return Long.compareUnsigned(address + (sizeBytes - 1), address) < 0;
    }

    private static boolean overlap(long a, long aBytes, long b, long bBytes) {
        // Unsigned distances: one of the two starts lies inside the other region.
        return Long.compareUnsigned(b - a, aBytes) < 0 || Long.compareUnsigned(a - b, bBytes) < 0;
    }

    @Override
    public String toString() {
        return "memory region guest=0x%x size=0x%x user=0x%x offset=0x%x"
                .formatted(guestAddress, sizeBytes, userAddress, mmapOffset);
    }
}
