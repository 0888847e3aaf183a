package dev.platter.api.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.BeforeTry;

/** A vector is the byte string of its pieces, whatever is cut from it or copied. */
class IoVectorTest {
    private static final int CAPACITY = 8;
    private static final int MEMORY = 256;

    private Arena arena;
    private MemorySegment memory;
    private IoVector vector;

    /** A piece of the memory. */
    record Piece(int offset, int length) {}

    @BeforeTry
    void allocate() {
        arena = Arena.ofAuto();
        memory = arena.allocate(MEMORY, 64);
        for (int i = 0; i < MEMORY; i++) {
            memory.set(ValueLayout.JAVA_BYTE, i, (byte) i);
        }
        vector = new IoVector(arena, CAPACITY);
    }

    @Provide
    Arbitrary<List<Piece>> pieces() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, MEMORY - 24),
                        Arbitraries.integers().between(0, 24))
                .as(Piece::new)
                .list()
                .ofMaxSize(CAPACITY);
    }

    @Property
    void kernelSeesTheSamePiecesAsJava(@ForAll("pieces") List<Piece> pieces) {
        fill(pieces);
        List<Piece> kept = pieces.stream().filter(piece -> piece.length() > 0).toList();
        assertThat(vector.count()).isEqualTo(kept.size());
        assertThat(vector.capacity()).isEqualTo(CAPACITY);
        for (int i = 0; i < kept.size(); i++) {
            assertThat(vector.segment(i)).isSameAs(memory);
            assertThat(vector.offset(i)).isEqualTo(kept.get(i).offset());
            assertThat(vector.pieceBytes(i)).isEqualTo(kept.get(i).length());
            assertThat(vector.entries().getAtIndex(ValueLayout.JAVA_LONG, 2L * i))
                    .isEqualTo(memory.address() + kept.get(i).offset());
            assertThat(vector.entries().getAtIndex(ValueLayout.JAVA_LONG, 2L * i + 1))
                    .isEqualTo(kept.get(i).length());
        }
        assertThat(bytesOf(vector)).isEqualTo(model(pieces));
    }

    @Property
    void truncatedVectorIsItsFirstBytes(
            @ForAll("pieces") List<Piece> pieces, @ForAll @IntRange(max = 220) int newLength) {
        fill(pieces);
        byte[] whole = model(pieces);
        vector.truncate(newLength);
        assertThat(bytesOf(vector)).isEqualTo(range(whole, 0, newLength));
        assertThat(vector.lengthBytes()).isEqualTo(Math.min(whole.length, newLength));
    }

    @Property
    void sliceIsTheRangeOfItsSource(
            @ForAll("pieces") List<Piece> pieces,
            @ForAll @IntRange(max = 220) int skip,
            @ForAll @IntRange(max = 220) int take) {
        fill(pieces);
        IoVector slice = new IoVector(arena, CAPACITY);
        slice.add(memory, 3, 4);
        assertThat(slice.setSlice(vector, skip, take)).isTrue();
        assertThat(bytesOf(slice)).isEqualTo(range(model(pieces), skip, take));
        assertThat(bytesOf(vector)).isEqualTo(model(pieces));
    }

    @Property
    void sliceIntoASmallVectorSaysThatItIsCutShort(
            @ForAll("pieces") List<Piece> pieces,
            @ForAll @IntRange(max = 220) int skip,
            @ForAll @IntRange(max = 220) int take) {
        fill(pieces);
        byte[] wanted = range(model(pieces), skip, take);
        IoVector small = new IoVector(arena, 2);
        boolean whole = small.setSlice(vector, skip, take);
        byte[] got = bytesOf(small);
        assertThat(got).isEqualTo(range(wanted, 0, got.length));
        assertThat(whole).isEqualTo(got.length == wanted.length);
    }

    @Property
    void copiesReachExactlyTheirRange(
            @ForAll("pieces") List<Piece> pieces,
            @ForAll @IntRange(max = 220) int skip,
            @ForAll @IntRange(max = 220) int count) {
        fill(pieces);
        byte[] expected = range(model(pieces), skip, count);
        byte[] target = new byte[230];
        assertThat(vector.copyTo(skip, MemorySegment.ofArray(target), 5, count))
                .isEqualTo(expected.length);
        assertThat(Arrays.copyOfRange(target, 5, 5 + expected.length)).isEqualTo(expected);
        Arrays.fill(target, 5, 5 + expected.length, (byte) 0);
        assertThat(target).containsOnly(0);
    }

    @Property
    void copyIntoTheVectorLandsWhereItsPiecesLie(
            @ForAll @IntRange(max = 70) int skip, @ForAll @IntRange(max = 70) int count) {
        List<Piece> disjoint = List.of(new Piece(200, 17), new Piece(0, 1), new Piece(100, 40));
        fill(disjoint);
        byte[] before = memory.toArray(ValueLayout.JAVA_BYTE);
        byte[] wanted = model(disjoint);
        byte[] source = new byte[80];
        Arrays.fill(source, (byte) 0x5a);
        int expected = Math.max(0, Math.min(count, wanted.length - skip));
        assertThat(vector.copyFrom(skip, MemorySegment.ofArray(source), 4, count))
                .isEqualTo(expected);
        Arrays.fill(
                wanted, Math.min(skip, wanted.length), skip(skip, wanted) + expected, (byte) 0x5a);
        assertThat(bytesOf(vector)).isEqualTo(wanted);
        byte[] after = memory.toArray(ValueLayout.JAVA_BYTE);
        for (Piece piece : disjoint) {
            Arrays.fill(before, piece.offset(), piece.offset() + piece.length(), (byte) 0);
            Arrays.fill(after, piece.offset(), piece.offset() + piece.length(), (byte) 0);
        }
        assertThat(after).as("bytes outside the pieces").isEqualTo(before);
    }

    private static int skip(int skip, byte[] bytes) {
        return Math.min(skip, bytes.length);
    }

    @Property
    void alignmentIsThatOfEveryAddressAndLength(
            @ForAll("pieces") List<Piece> pieces, @ForAll @IntRange(max = 4) int power) {
        fill(pieces);
        int alignment = 1 << power;
        boolean expected =
                pieces.stream()
                        .filter(piece -> piece.length() > 0)
                        .allMatch(
                                piece ->
                                        (memory.address() + piece.offset()) % alignment == 0
                                                && piece.length() % alignment == 0);
        assertThat(vector.isAligned(alignment)).isEqualTo(expected);
    }

    @Example
    void fullVectorTakesNothingMoreAndSaysSo() {
        for (int i = 0; i < CAPACITY; i++) {
            assertThat(vector.add(memory, i, 1)).isTrue();
        }
        assertThat(vector.add(memory, 9, 1)).isFalse();
        assertThat(vector.add(memory, 9, 0)).as("an empty piece needs no room").isTrue();
        assertThat(vector.count()).isEqualTo(CAPACITY);
        assertThat(vector.lengthBytes()).isEqualTo(CAPACITY);
        vector.clear();
        assertThat(vector.count()).isZero();
        assertThat(vector.lengthBytes()).isZero();
        assertThat(vector.add(memory, 9, 1)).isTrue();
    }

    @Example
    void piecesOutsideTheirSegmentAreRefused() {
        long[][] outside = {
            {-1, 1},
            {0, -1},
            {0, MEMORY + 1},
            {MEMORY, 1},
            {MEMORY + 1, 0},
            {1, Long.MAX_VALUE},
            {Long.MAX_VALUE, 1},
            {Long.MAX_VALUE, Long.MAX_VALUE},
            {Long.MIN_VALUE, Long.MIN_VALUE}
        };
        for (long[] piece : outside) {
            assertThatThrownBy(() -> vector.add(memory, piece[0], piece[1]))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
        assertThat(vector.count()).isZero();
        assertThat(vector.add(memory, 0, MEMORY)).isTrue();
    }

    private void fill(List<Piece> pieces) {
        vector.clear();
        for (Piece piece : pieces) {
            assertThat(vector.add(memory, piece.offset(), piece.length())).isTrue();
        }
    }

    private byte[] model(List<Piece> pieces) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Piece piece : pieces) {
            for (int i = 0; i < piece.length(); i++) {
                bytes.write(memory.get(ValueLayout.JAVA_BYTE, piece.offset() + i));
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] range(byte[] bytes, int skip, int take) {
        int from = Math.min(skip, bytes.length);
        return Arrays.copyOfRange(bytes, from, (int) Math.min(bytes.length, (long) from + take));
    }

    private static byte[] bytesOf(IoVector vector) {
        byte[] bytes = new byte[(int) vector.lengthBytes()];
        int at = 0;
        for (int i = 0; i < vector.count(); i++) {
            for (long j = 0; j < vector.pieceBytes(i); j++) {
                bytes[at++] = vector.segment(i).get(ValueLayout.JAVA_BYTE, vector.offset(i) + j);
            }
        }
        assertThat(at).as("sum of the pieces").isEqualTo(bytes.length);
        return bytes;
    }
}
