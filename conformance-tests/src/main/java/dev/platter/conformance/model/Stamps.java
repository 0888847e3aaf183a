package dev.platter.conformance.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The contents of a block as a number, and back. An operation's stamp is its number; a block
 * written by it repeats one word, so that a block of which a part is from another write is seen.
 *
 * <pre>
 *  63           32 31      8 7     0
 *  +--------------+---------+-------+
 *  | stamp        | block   | check |   each 8 bytes of the block, native byte order
 *  +--------------+---------+-------+
 * </pre>
 *
 * <p>Bytes of a block with the zero word are {@link #ZERO}. Stateless.
 */
public final class Stamps {
    /** All bytes are zero. */
    public static final int ZERO = 0;

    /** Parts of the block are of different writes. */
    public static final int TORN = -1;

    /** Bytes that no operation wrote. */
    public static final int FOREIGN = -2;

    /** Bytes that were written to another block. */
    public static final int MISPLACED = -3;

    private static final int WORD_BYTES = 8;
    private static final int BLOCK_MASK = 0xFF_FFFF;
    private static final int BLOCK_SHIFT = 8;
    private static final int CHECK_MASK = 0xFF;
    private static final long MIX = 0x9E37_79B9_7F4A_7C15L;
    private static final int MIX_SHIFT = 56;

    private Stamps() {}

    /**
     * Fills one block.
     *
     * @param offsetBytes where in the memory the block starts
     * @param blockBytes its size, a multiple of 8
     * @param block its number on the disk, below 2^24
     * @param stamp a positive stamp, or {@link #ZERO}
     */
    public static void fill(
            MemorySegment memory, long offsetBytes, int blockBytes, long block, int stamp) {
        long word = stamp == ZERO ? 0 : word(block, stamp);
        for (int at = 0; at < blockBytes; at += WORD_BYTES) {
            memory.set(ValueLayout.JAVA_LONG_UNALIGNED, offsetBytes + at, word);
        }
    }

    /**
     * Reads one block.
     *
     * @return its stamp, {@link #ZERO}, {@link #TORN}, {@link #FOREIGN} or {@link #MISPLACED}
     */
    public static int read(MemorySegment memory, long offsetBytes, int blockBytes, long block) {
        long first = memory.get(ValueLayout.JAVA_LONG_UNALIGNED, offsetBytes);
        boolean known = isKnown(first);
        boolean uniform = true;
        for (int at = WORD_BYTES; at < blockBytes; at += WORD_BYTES) {
            long word = memory.get(ValueLayout.JAVA_LONG_UNALIGNED, offsetBytes + at);
            uniform &= word == first;
            known |= isKnown(word);
        }
        if (!uniform) {
            return known ? TORN : FOREIGN;
        }
        return uniform(first, block);
    }

    private static int uniform(long word, long block) {
        if (word == 0) {
            return ZERO;
        }
        if (!isKnown(word)) {
            return FOREIGN;
        }
        boolean inPlace = ((word >>> BLOCK_SHIFT) & BLOCK_MASK) == (block & BLOCK_MASK);
        return inPlace ? (int) (word >>> 32) : MISPLACED;
    }

    /** Reads a disk's whole contents. */
    public static int[] readAll(MemorySegment memory, int blockBytes) {
        int[] stamps = new int[(int) (memory.byteSize() / blockBytes)];
        for (int i = 0; i < stamps.length; i++) {
            stamps[i] = read(memory, (long) i * blockBytes, blockBytes, i);
        }
        return stamps;
    }

    /** Contents in words. */
    public static String describe(int stamp) {
        return switch (stamp) {
            case ZERO -> "zeroes";
            case TORN -> "a mixture within the block";
            case FOREIGN -> "bytes that nobody wrote";
            case MISPLACED -> "another block's contents";
            default -> "#" + stamp;
        };
    }

    private static long word(long block, int stamp) {
        long payload = (long) stamp << 32 | (block & BLOCK_MASK) << BLOCK_SHIFT;
        return payload | check(payload);
    }

    private static boolean isKnown(long word) {
        long payload = word & ~(long) CHECK_MASK;
        return word == 0 || (word >>> 32 != 0 && word > 0 && (word & CHECK_MASK) == check(payload));
    }

    private static long check(long payload) {
        return (payload * MIX) >>> MIX_SHIFT;
    }
}
