package dev.platter.vhostuser;

import dev.platter.api.memory.DirtyLog;
import dev.platter.api.memory.GuestMemoryMap;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The memory regions of one session at one moment: found by front-end address for the rings, and by
 * guest address, as a {@link GuestMemoryMap}, for everything else. Immutable; a change makes a new
 * table that shares the mappings which stay.
 */
final class GuestMemoryTable {
    /** No memory at all. */
    static final GuestMemoryTable EMPTY = new GuestMemoryTable(List.of());

    private final List<MappedRegion> regions;
    private final GuestMemoryMap map;

    private GuestMemoryTable(List<MappedRegion> regions, GuestMemoryMap map) {
        this.regions = regions;
        this.map = map;
    }

    private GuestMemoryTable(List<MappedRegion> regions) {
        this.regions = List.copyOf(regions);
        map =
                GuestMemoryMap.of(
                        regions.stream()
                                .map(
                                        region ->
                                                new GuestMemoryMap.Region(
                                                        region.description().guestAddress(),
                                                        region.segment()))
                                .toList());
    }

    /** The regions. */
    List<MappedRegion> regions() {
        return regions;
    }

    /** The guest-physical view. */
    GuestMemoryMap map() {
        return map;
    }

    /**
     * Says why a region cannot be added: it shares addresses with one that is there.
     *
     * @throws RequestRefusedException if it does
     */
    void checkDisjoint(RegionDescription added) throws RequestRefusedException {
        for (MappedRegion region : regions) {
            if (region.description().overlaps(added)) {
                throw new RequestRefusedException(added + " overlaps " + region.description());
            }
        }
    }

    /** This table with another log of what the device writes; null for none. */
    GuestMemoryTable withDirtyLog(@Nullable DirtyLog log) {
        return new GuestMemoryTable(regions, map.withDirtyLog(log));
    }

    /** This table and one more region, which {@link #checkDisjoint} has let pass. */
    GuestMemoryTable with(MappedRegion added) {
        List<MappedRegion> changed = new ArrayList<>(regions);
        changed.add(added);
        return new GuestMemoryTable(changed);
    }

    /**
     * This table without the region described.
     *
     * @throws RequestRefusedException if there is no such region
     */
    GuestMemoryTable without(RegionDescription removed) throws RequestRefusedException {
        List<MappedRegion> changed = new ArrayList<>(regions);
        if (!changed.removeIf(region -> region.description().sameMemory(removed))) {
            throw new RequestRefusedException(removed + " is not mapped");
        }
        return new GuestMemoryTable(changed);
    }

    /**
     * The memory at an address of the front-end's process, or null where no single region holds it
     * all.
     *
     * @param lengthBytes 1 or more
     */
    @Nullable MemorySegment resolve(long userAddress, long lengthBytes) {
        for (MappedRegion region : regions) {
            long offset = userAddress - region.description().userAddress();
            long sizeBytes = region.segment().byteSize();
            if (Long.compareUnsigned(offset, sizeBytes) < 0) {
                return lengthBytes <= sizeBytes - offset
                        ? region.segment().asSlice(offset, lengthBytes)
                        : null;
            }
        }
        return null;
    }

    /** Unmaps the regions that another table does not share. */
    void unmapAllBut(GuestMemoryTable kept) {
        for (MappedRegion region : regions) {
            if (!kept.regions.contains(region)) {
                region.close();
            }
        }
    }
}
