package dev.platter.api.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.platter.api.memory.GuestMemoryMap.Region;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Look-ups hold for every address, also for those where arithmetic wraps. */
class GuestMemoryMapTest {
    private final Arena arena = Arena.ofAuto();

    @Property
    void everyLookUpAgreesWithTheListOfRegions(
            @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 1, max = 40) Integer> sizes,
            @ForAll @Size(value = 6) List<@IntRange(min = 0, max = 3) Integer> gaps,
            @ForAll boolean atTheTop,
            @ForAll Random random) {
        List<Region> regions = layOut(sizes, gaps, atTheTop);
        List<Region> shuffled = new ArrayList<>(regions);
        Collections.shuffle(shuffled, random);
        GuestMemoryMap map = GuestMemoryMap.of(shuffled);
        assertThat(map.regionCount()).isEqualTo(regions.size());
        long first = regions.getFirst().guestAddress();
        long last = regions.getLast().lastAddress();
        for (long at = first - 3; at != last + 4; at++) {
            assertLookUp(map, regions, at);
        }
    }

    /** Regions one behind the other; either from address 0 or up to the last address there is. */
    private List<Region> layOut(List<Integer> sizes, List<Integer> gaps, boolean atTheTop) {
        long total = 0;
        for (int i = 0; i < sizes.size(); i++) {
            total += sizes.get(i) + (i == 0 ? 0 : gaps.get(i));
        }
        long address = atTheTop ? -total : 0;
        List<Region> regions = new ArrayList<>();
        for (int i = 0; i < sizes.size(); i++) {
            address += i == 0 ? 0 : gaps.get(i);
            regions.add(new Region(address, arena.allocate(sizes.get(i))));
            address += sizes.get(i);
        }
        return regions;
    }

    private static void assertLookUp(GuestMemoryMap map, List<Region> regions, long at) {
        int expected = GuestMemoryMap.NOT_MAPPED;
        for (int i = 0; i < regions.size(); i++) {
            Region region = regions.get(i);
            for (long j = 0; j < region.segment().byteSize(); j++) {
                expected = region.guestAddress() + j == at ? i : expected;
            }
        }
        assertThat(map.regionOf(at)).isEqualTo(expected);
        assertThat(map.find(at, -1)).isEqualTo(GuestMemoryMap.NOT_MAPPED);
        assertThat(map.find(at, Long.MIN_VALUE)).isEqualTo(GuestMemoryMap.NOT_MAPPED);
        assertThat(map.find(at, Long.MAX_VALUE)).isEqualTo(GuestMemoryMap.NOT_MAPPED);
        assertThat(map.find(at, 0)).isEqualTo(expected);
        if (expected != GuestMemoryMap.NOT_MAPPED) {
            Region region = regions.get(expected);
            assertThat(map.segment(expected)).isSameAs(region.segment());
            assertThat(map.guestAddress(expected)).isEqualTo(region.guestAddress());
            assertThat(map.offset(expected, at)).isEqualTo(at - region.guestAddress());
            long left = map.remainingBytes(expected, at);
            assertThat(at + left - 1).isEqualTo(region.lastAddress());
            assertThat(map.find(at, left)).isEqualTo(expected);
            assertThat(map.find(at, left + 1)).isEqualTo(GuestMemoryMap.NOT_MAPPED);
        }
    }

    @Property
    void regionsThatShareAByteAreRefused(
            @ForAll @IntRange(min = 1, max = 20) int firstSize,
            @ForAll @IntRange(min = 1, max = 20) int secondSize,
            @ForAll @IntRange(min = 0, max = 39) int distance,
            @ForAll boolean swapped) {
        // Around the address where a signed comparison would go wrong.
        long middle = Long.MIN_VALUE;
        int shift = distance % (firstSize + secondSize - 1);
        Region first = new Region(middle, arena.allocate(firstSize));
        Region second = new Region(middle - secondSize + 1 + shift, arena.allocate(secondSize));
        List<Region> both = swapped ? List.of(second, first) : List.of(first, second);
        assertThatThrownBy(() -> GuestMemoryMap.of(both))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("memory regions overlap");
    }

    @Example
    void mapWithoutRegionsHoldsNothing() {
        GuestMemoryMap map = GuestMemoryMap.of(List.of());
        assertThat(map.regionCount()).isZero();
        assertThat(map.find(0, 0)).isEqualTo(GuestMemoryMap.NOT_MAPPED);
    }

    @Example
    void rangeOverTwoAdjacentRegionsIsInNeither() {
        GuestMemoryMap map =
                GuestMemoryMap.of(
                        List.of(
                                new Region(0x1000, arena.allocate(0x1000)),
                                new Region(0x2000, arena.allocate(0x1000))));
        assertThat(map.find(0x1fff, 2)).isEqualTo(GuestMemoryMap.NOT_MAPPED);
        assertThat(map.find(0x1fff, 1)).isZero();
        assertThat(map.find(0x2000, 1)).isEqualTo(1);
    }

    @Example
    void regionsThatCannotBeAreRefused() {
        MemorySegment segment = arena.allocate(16);
        assertThatThrownBy(() -> new Region(-15, segment))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("wraps: 0xfffffffffffffff1 + 16");
        assertThatThrownBy(() -> new Region(0, segment.asSlice(0, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("empty");
        assertThatThrownBy(() -> new Region(0, MemorySegment.ofArray(new byte[1])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("native");
        assertThat(new Region(-16, segment).lastAddress()).isEqualTo(-1);
    }
}
