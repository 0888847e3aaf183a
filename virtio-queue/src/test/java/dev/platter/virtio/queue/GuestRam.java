package dev.platter.virtio.queue;

import dev.platter.api.memory.GuestMemoryMap;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Guest memory of adjacent regions, each backed by host memory of its own. */
final class GuestRam {
    final GuestMemoryMap map;
    private final long[] regionSizes;

    GuestRam(Arena arena, long base, long... regionSizes) {
        this.regionSizes = regionSizes;
        List<GuestMemoryMap.Region> regions = new ArrayList<>();
        long address = base;
        for (long regionSize : regionSizes) {
            regions.add(new GuestMemoryMap.Region(address, arena.allocate(regionSize)));
            address += regionSize;
        }
        map = GuestMemoryMap.of(regions);
    }

    /** How many bytes there are. */
    long bytes() {
        return Arrays.stream(regionSizes).sum();
    }

    byte get(long address) {
        int region = map.regionOf(address);
        return map.segment(region).get(ValueLayout.JAVA_BYTE, map.offset(region, address));
    }

    void set(long address, byte value) {
        int region = map.regionOf(address);
        map.segment(region).set(ValueLayout.JAVA_BYTE, map.offset(region, address), value);
    }
}
