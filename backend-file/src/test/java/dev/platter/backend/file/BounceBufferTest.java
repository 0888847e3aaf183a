package dev.platter.backend.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.platter.api.memory.IoVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BounceBufferTest {
    @Property(tries = 50)
    void theSlabIsAlignedAndZero(@ForAll @IntRange(max = 12) int shift) {
        int alignment = 1 << shift;
        try (Arena arena = Arena.ofConfined();
                BounceBuffer buffer = new BounceBuffer(alignment * 4, alignment, arena)) {
            assertThat(buffer.slab().address() % alignment).isZero();
            assertThat(buffer.sizeBytes()).isEqualTo(alignment * 4);
            assertThat(buffer.slab().mismatch(arena.allocate(alignment * 4L))).isEqualTo(-1);
            assertThat(buffer.chunk(alignment).isAligned(alignment)).isTrue();
            assertThat(buffer.chunk(alignment).lengthBytes()).isEqualTo(alignment);
        }
    }

    @Test
    void chunksPassThroughInBothDirections() {
        try (Arena arena = Arena.ofConfined();
                BounceBuffer buffer = new BounceBuffer(1024, 512, arena)) {
            MemorySegment memory = arena.allocate(3001);
            for (int i = 0; i < 3001; i++) {
                memory.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 31));
            }
            IoVector vector = new IoVector(arena, 2);
            vector.add(memory, 1, 700);
            vector.add(memory, 701, 2300);
            buffer.fill(vector, 600, 1024);
            assertThat(buffer.slab().mismatch(memory.asSlice(601, 1024))).isEqualTo(-1);
            MemorySegment before = arena.allocate(1024).copyFrom(buffer.slab());
            memory.fill((byte) 0);
            buffer.drain(vector, 600, 1024);
            assertThat(memory.asSlice(601, 1024).mismatch(before)).isEqualTo(-1);
            assertThat(memory.get(ValueLayout.JAVA_BYTE, 600)).isZero();
            assertThat(memory.get(ValueLayout.JAVA_BYTE, 1625)).isZero();
        }
    }

    @Test
    void aSizeThatIsNoMultipleOfTheAlignmentIsRefused() {
        try (Arena arena = Arena.ofConfined()) {
            assertThatThrownBy(() -> new BounceBuffer(1000, 512, arena))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> new BounceBuffer(1536, 768, arena))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
