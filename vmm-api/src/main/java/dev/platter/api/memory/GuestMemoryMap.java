package dev.platter.api.memory;

import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An immutable snapshot of guest-physical memory: sorted, disjoint regions, each backed by one
 * native segment of the host.
 *
 * <p>Addresses are unsigned 64-bit guest-physical addresses. A snapshot is never changed: when the
 * guest's memory changes, the owner of each queue drains it, takes the new snapshot, and only then
 * may the old segments be unmapped. Look-ups allocate nothing and may be made by any thread.
 */
public final class GuestMemoryMap {
    /** The answer of {@link #find} for a range that no single region holds. */
    public static final int NOT_MAPPED = -1;

    private final long[] guestAddresses;
    private final long[] sizesBytes;
    private final MemorySegment[] segments;
    private final @Nullable DirtyLog dirtyLog;

    private GuestMemoryMap(List<Region> sorted) {
        dirtyLog = null;
        guestAddresses = new long[sorted.size()];
        sizesBytes = new long[sorted.size()];
        segments = new MemorySegment[sorted.size()];
        for (int i = 0; i < sorted.size(); i++) {
            guestAddresses[i] = sorted.get(i).guestAddress();
            sizesBytes[i] = sorted.get(i).segment().byteSize();
            segments[i] = sorted.get(i).segment();
        }
    }

    private GuestMemoryMap(GuestMemoryMap same, @Nullable DirtyLog dirtyLog) {
        guestAddresses = same.guestAddresses;
        sizesBytes = same.sizesBytes;
        segments = same.segments;
        this.dirtyLog = dirtyLog;
    }

    /**
     * Makes a snapshot of these regions, in any order.
     *
     * @throws IllegalArgumentException if regions overlap, one is empty, one wraps the 64-bit
     *     address space, or a segment is not native memory
     */
    public static GuestMemoryMap of(List<Region> regions) {
        List<Region> sorted =
                regions.stream()
                        .sorted(Comparator.comparing(Region::guestAddress, Long::compareUnsigned))
                        .toList();
        for (int i = 1; i < sorted.size(); i++) {
            Region before = sorted.get(i - 1);
            if (Long.compareUnsigned(before.lastAddress(), sorted.get(i).guestAddress()) >= 0) {
                throw new IllegalArgumentException(
                        "memory regions overlap: " + before + " and " + sorted.get(i));
            }
        }
        return new GuestMemoryMap(sorted);
    }

    /**
     * The same memory with another log.
     *
     * @param newLog learns what a device writes here from now on; null for none
     */
    public GuestMemoryMap withDirtyLog(@Nullable DirtyLog newLog) {
        return new GuestMemoryMap(this, newLog);
    }

    /** Whether a device has to tell what it writes: see {@link #wrote}. */
    public boolean isLogged() {
        return dirtyLog != null;
    }

    /**
     * Tells the log, if there is one, that a device has written here. Behind the write, and before
     * the guest may see that it is done.
     *
     * @param written host memory that lies in one of the regions; elsewhere it is no guest memory,
     *     and nothing is told
     * @param offsetBytes where in it the written range starts
     * @param lengthBytes how long the range is; 0 tells nothing
     */
    public void wrote(MemorySegment written, long offsetBytes, long lengthBytes) {
        if (dirtyLog == null || lengthBytes <= 0) {
            return;
        }
        long address = written.address() + offsetBytes;
        for (int i = 0; i < segments.length; i++) {
            long offset = address - segments[i].address();
            if (Long.compareUnsigned(offset, sizesBytes[i]) < 0) {
                dirtyLog.mark(guestAddresses[i] + offset, lengthBytes);
                return;
            }
        }
    }

    /** The number of regions. */
    public int regionCount() {
        return segments.length;
    }

    /** The host segment of a region, {@code 0 <= region < regionCount()}. */
    public MemorySegment segment(int region) {
        return segments[region];
    }

    /** The guest-physical address at which a region starts. */
    public long guestAddress(int region) {
        return guestAddresses[region];
    }

    /**
     * The region that holds the whole range, or {@link #NOT_MAPPED}. A range that straddles two
     * regions, even adjacent ones, is in no single region: see {@link #regionOf}.
     *
     * @param lengthBytes 0 or more; a negative length is never mapped
     */
    public int find(long guestAddress, long lengthBytes) {
        int region = regionOf(guestAddress);
        if (region == NOT_MAPPED || lengthBytes < 0) {
            return NOT_MAPPED;
        }
        return lengthBytes <= remainingBytes(region, guestAddress) ? region : NOT_MAPPED;
    }

    /** The region that holds this one address, or {@link #NOT_MAPPED}. */
    public int regionOf(long guestAddress) {
        for (int i = 0; i < segments.length; i++) {
            // Unsigned distance from the region's start: below its size only inside the region.
            if (Long.compareUnsigned(guestAddress - guestAddresses[i], sizesBytes[i]) < 0) {
                return i;
            }
        }
        return NOT_MAPPED;
    }

    /** The offset of an address from the start of the region that holds it, in bytes. */
    public long offset(int region, long guestAddress) {
        return guestAddress - guestAddresses[region];
    }

    /** How many bytes of the region lie at and behind an address that it holds. */
    public long remainingBytes(int region, long guestAddress) {
        return sizesBytes[region] - offset(region, guestAddress);
    }

    /**
     * One contiguous piece of guest-physical memory.
     *
     * @param guestAddress its first guest-physical address, unsigned
     * @param segment its native memory on the host; stays mapped while any snapshot that names it
     *     is in use
     */
    public record Region(long guestAddress, MemorySegment segment) {
        /** Checks that the region is native, not empty, and does not wrap the address space. */
        public Region {
            if (!segment.isNative()) {
                throw new IllegalArgumentException("guest memory must be native: " + segment);
            }
            if (segment.byteSize() == 0
                    || Long.compareUnsigned(guestAddress + segment.byteSize() - 1, guestAddress)
                            < 0) {
                throw new IllegalArgumentException(
                        "memory region is empty or wraps: 0x"
                                + Long.toHexString(guestAddress)
                                + " + "
                                + segment.byteSize());
            }
        }

        /** The last guest-physical address of the region, inclusive. */
        public long lastAddress() {
            return guestAddress + segment.byteSize() - 1;
        }
    }
}
