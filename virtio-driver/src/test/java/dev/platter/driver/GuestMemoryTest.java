package dev.platter.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.platter.linux.Memory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class GuestMemoryTest {
    @Test
    void sharedRegionShowsTheSameBytesThroughItsDescriptor() throws Exception {
        try (GuestMemory memory = GuestMemory.shared(1 << 16)) {
            GuestBuffer buffer = memory.allocate(16, 512);
            buffer.put(new byte[] {1, 2, 3});

            int fd = memory.regions().getFirst().fd();
            try (var mapped = Memory.map(fd, 0, 1 << 16, false)) {
                assertThat(mapped.segment().get(Wire.U8, buffer.guestAddress() + 2))
                        .isEqualTo((byte) 3);
            }
        }
    }

    @Test
    void skewedBufferMissesItsAlignmentByTheSkew() throws IOException {
        try (GuestMemory memory = GuestMemory.plain(1 << 16)) {
            assertThat(memory.allocate(100, 4096).guestAddress() % 4096).isZero();
            assertThat(memory.allocateSkewed(100, 512, 3).guestAddress() % 512).isEqualTo(3);
        }
    }

    @Test
    void bufferAtTheEndOfARegionIsTakenOnce() throws IOException {
        try (GuestMemory memory = GuestMemory.plain(1 << 16)) {
            MemoryRegion region = memory.addRegion(1L << 32, 8192);
            GuestBuffer end = memory.allocateAt(region, 8192 - 512, 512);

            assertThat(end.guestAddress() + 512).isEqualTo((1L << 32) + 8192);
            assertThatThrownBy(() -> memory.allocateAt(region, 8192 - 100, 100))
                    .isInstanceOf(IllegalArgumentException.class);
            memory.free(end);
            assertThat(memory.allocateAt(region, 0, 8192).sizeBytes()).isEqualTo(8192);
        }
    }

    @Test
    void removedRegionIsGoneFromTheMap() throws IOException {
        try (GuestMemory memory = GuestMemory.shared(1 << 16)) {
            MemoryRegion region = memory.addRegion(1L << 32, 4096);
            assertThat(memory.map().regionOf(1L << 32)).isNotNegative();

            memory.removeRegion(region);

            assertThat(memory.map().regionOf(1L << 32)).isNegative();
        }
    }

    @Property(tries = 100)
    void takenRangesNeverOverlapAndAllSpaceComesBack(@ForAll long seed) {
        Random random = new Random(seed);
        FreeSpace space = new FreeSpace(1 << 14);
        List<long[]> taken = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            if (random.nextInt(3) > 0) {
                long length = 1L + random.nextInt(900);
                long alignment = 1L << random.nextInt(10);
                long skew = random.nextInt((int) alignment);
                long at = space.take(length, alignment, skew);
                if (at != FreeSpace.NONE) {
                    assertThat((at - skew) % alignment).isZero();
                    assertThat(at).isNotNegative();
                    for (long[] other : taken) {
                        assertThat(at + length <= other[0] || other[0] + other[1] <= at).isTrue();
                    }
                    taken.add(new long[] {at, length});
                }
            } else if (!taken.isEmpty()) {
                long[] range = taken.remove(random.nextInt(taken.size()));
                space.give(range[0], range[1]);
            }
        }
        taken.forEach(range -> space.give(range[0], range[1]));
        assertThat(space.takeAt(0, 1 << 14)).isTrue();
    }
}
