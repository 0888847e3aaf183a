package dev.platter.virtio.queue;

import static dev.platter.virtio.queue.RingBuilder.BASE;
import static dev.platter.virtio.queue.RingBuilder.NEXT;
import static dev.platter.virtio.queue.RingBuilder.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.memory.IoVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A chain of 4 + 3 readable and 4 + 2 writable bytes, one buffer of each kind straddling. */
class DescriptorChainTest {
    private static final long REGION = 64;
    private static final byte[] READABLE = {1, 2, 3, 4, 5, 6, 7};
    private static final byte[] WRITTEN = {11, 12, 13, 14, 15, 16};

    private final Arena arena = Arena.ofConfined();
    private final SplitRingBuilder driver = new SplitRingBuilder(arena, 8, REGION, REGION, REGION);
    private final DescriptorChain chain = new DescriptorChain(8);
    private final MemorySegment heap = MemorySegment.ofArray(new byte[16]);

    @BeforeEach
    void popAChain() {
        driver.descriptor(0, BASE + REGION - 2, 4, NEXT, 1);
        driver.descriptor(1, BASE + 5, 3, NEXT, 2);
        driver.descriptor(2, BASE + 2 * REGION - 1, 4, WRITE | NEXT, 3);
        driver.descriptor(3, BASE + 20, 2, WRITE, 0);
        driver.guestBytes(BASE + REGION - 2, new byte[] {1, 2, 3, 4});
        driver.guestBytes(BASE + 5, new byte[] {5, 6, 7});
        driver.makeAvailable(0);
        assertThat(driver.queue(0).pop(chain)).isZero();
    }

    @AfterEach
    void free() {
        arena.close();
    }

    @Test
    void straddlingBuffersTakeAPieceInEachRegion() {
        assertThat(chain.head()).isZero();
        assertThat(chain.readableBytes()).isEqualTo(7);
        assertThat(chain.writableBytes()).isEqualTo(6);
        assertThat(chain.readablePieces()).isEqualTo(3);
        assertThat(chain.writablePieces()).isEqualTo(3);
    }

    @Test
    void everyRangeOfTheReadablePartIsCopied() {
        for (int skip = 0; skip <= READABLE.length + 1; skip++) {
            for (int length = 0; length <= READABLE.length + 1; length++) {
                int expected = Math.max(0, Math.min(length, READABLE.length - skip));
                byte[] target = new byte[16];
                assertThat(chain.copyReadable(skip, target, 3, length)).isEqualTo(expected);
                heap.fill((byte) 0);
                assertThat(chain.copyReadable(skip, heap, 3, length)).isEqualTo(expected);
                assertThat(heap.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(target);
                for (int i = 0; i < target.length; i++) {
                    boolean inside = i >= 3 && i < 3 + expected;
                    assertThat(target[i]).isEqualTo(inside ? READABLE[skip + i - 3] : 0);
                }
            }
        }
    }

    @Test
    void everyRangeOfTheWritablePartIsWrittenAndNothingElse() {
        MemorySegment source = MemorySegment.ofArray(WRITTEN);
        for (int skip = 0; skip <= WRITTEN.length + 1; skip++) {
            for (int length = 0; length <= WRITTEN.length; length++) {
                int expected = Math.max(0, Math.min(length, WRITTEN.length - skip));
                clearWritable();
                assertThat(chain.writeWritable(skip, WRITTEN, 0, length)).isEqualTo(expected);
                assertWritten(skip, expected);
                clearWritable();
                assertThat(chain.writeWritable(skip, source, 0, length)).isEqualTo(expected);
                assertWritten(skip, expected);
            }
        }
        assertThat(driver.guestBytes(BASE + 5, 3)).containsExactly(5, 6, 7);
    }

    @Test
    void everySliceHoldsItsRangeOrLeavesTheVectorAlone() {
        IoVector vector = new IoVector(arena, 8);
        for (int skip = 0; skip <= READABLE.length + 1; skip++) {
            for (int length = 0; length <= READABLE.length + 1; length++) {
                vector.clear();
                vector.add(driver.memory.segment(0), 5, 1);
                boolean fits = length == 0 || skip + length <= READABLE.length;
                assertThat(chain.readableSlice(skip, length, vector)).isEqualTo(fits);
                assertThat(vector.lengthBytes()).isEqualTo(1 + (fits ? length : 0));
                vector.copyTo(0, heap, 0, 16);
                assertThat(heap.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 5);
                for (int i = 0; fits && i < length; i++) {
                    assertThat(heap.get(ValueLayout.JAVA_BYTE, 1 + i))
                            .isEqualTo(READABLE[skip + i]);
                }
            }
        }
    }

    @Test
    void writableSliceIsGuestMemoryItself() {
        IoVector vector = new IoVector(arena, 8);
        assertThat(chain.writableSlice(1, 5, vector)).isTrue();
        assertThat(chain.writableSlice(1, 6, vector)).isFalse();
        assertThat(vector.count()).isEqualTo(2);
        clearWritable();
        vector.copyFrom(0, MemorySegment.ofArray(WRITTEN), 0, 5);
        assertWritten(1, 5);
    }

    @Test
    void sliceIntoAFullVectorLeavesItAsItWas() {
        IoVector vector = new IoVector(arena, 2);
        vector.add(driver.memory.segment(0), 0, 9);
        assertThat(chain.readableSlice(0, 7, vector)).isFalse();
        assertThat(vector.count()).isEqualTo(1);
        assertThat(vector.lengthBytes()).isEqualTo(9);
        assertThat(chain.readableSlice(4, 3, vector)).isTrue();
    }

    @Test
    void rewrittenDescriptorsDoNotMoveAChainThatWasTaken() {
        for (int i = 0; i < 4; i++) {
            driver.descriptor(i, -1L, 0xffff_ffffL, NEXT, i);
        }
        byte[] target = new byte[7];
        assertThat(chain.copyReadable(0, target, 0, 7)).isEqualTo(7);
        assertThat(target).isEqualTo(READABLE);
    }

    private void clearWritable() {
        driver.guestBytes(BASE + 2 * REGION - 1, new byte[4]);
        driver.guestBytes(BASE + 20, new byte[2]);
    }

    private void assertWritten(int skip, int length) {
        byte[] seen = new byte[6];
        System.arraycopy(driver.guestBytes(BASE + 2 * REGION - 1, 4), 0, seen, 0, 4);
        System.arraycopy(driver.guestBytes(BASE + 20, 2), 0, seen, 4, 2);
        for (int i = 0; i < seen.length; i++) {
            boolean inside = i >= skip && i < skip + length;
            assertThat(seen[i]).isEqualTo(inside ? WRITTEN[i - skip] : 0);
        }
        assertThat(driver.guestByte(BASE + 2 * REGION - 2)).isZero();
        assertThat(driver.guestByte(BASE + 2 * REGION + 3)).isZero();
    }
}
