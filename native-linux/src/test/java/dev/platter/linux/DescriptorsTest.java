package dev.platter.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class DescriptorsTest {
    @Test
    void whatGoesIntoAPipeComesOut() throws Exception {
        int[] ends = Descriptors.pipe();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment word = arena.allocateFrom("platter");
            MemorySegment read = arena.allocate(64);

            assertThat(Descriptors.write(ends[1], word, 8)).isEqualTo(8);
            assertThat(Descriptors.read(ends[0], read, 64)).isEqualTo(8);
            assertThat(read.getString(0)).isEqualTo("platter");
        }
        assertThat(Descriptors.close(ends[1])).isZero();
        assertThat(Descriptors.close(ends[0])).isZero();
        assertThat(Descriptors.close(ends[0])).isEqualTo(-Errnos.EBADF);
    }

    @Test
    void aLengthBeyondTheSegmentNeverReachesTheKernel() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment small = arena.allocate(4);
            assertThatThrownBy(() -> Descriptors.read(0, small, 5))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> Descriptors.write(1, small, -1))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void aDuplicateOutlivesTheOriginal() throws Exception {
        int[] ends = Descriptors.pipe();
        int copy = Descriptors.dup(ends[1]);
        Descriptors.close(ends[1]);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 1);
            assertThat(Descriptors.write(copy, one, 1)).isEqualTo(1);
        }
        Descriptors.close(copy);
        Descriptors.close(ends[0]);
        assertThatThrownBy(() -> Descriptors.dup(copy))
                .isInstanceOfSatisfying(
                        LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errnos.EBADF));
    }

    @Test
    void theOpenCountFollowsOpenAndClose() throws Exception {
        int before = Descriptors.openCount();
        int[] ends = Descriptors.pipe();
        assertThat(Descriptors.openCount()).isEqualTo(before + 2);
        Descriptors.close(ends[0]);
        Descriptors.close(ends[1]);
        assertThat(Descriptors.openCount()).isEqualTo(before);
    }

    @Test
    void aNonBlockingPipeAnswersThatItIsEmpty() throws Exception {
        int[] ends = Descriptors.pipe();
        Descriptors.setNonBlocking(ends[0]);
        try (Arena arena = Arena.ofConfined()) {
            assertThat(Descriptors.read(ends[0], arena.allocate(8), 8)).isEqualTo(-Errnos.EAGAIN);
        }
        Descriptors.close(ends[0]);
        Descriptors.close(ends[1]);
    }
}
