package dev.platter.backend.posix;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A set of slot numbers that threads hand to each other, as bits in an array that is allocated
 * once. Any thread may add and take; no operation waits for another thread.
 *
 * <p>Memory ordering: every operation is a volatile one. So whoever takes a slot sees what its
 * adder wrote before; and of two threads that each add to one set and then look into the other's,
 * at least one finds what the other added.
 */
final class SlotBits {
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] words;

    SlotBits(int capacity) {
        words = new long[(capacity + Long.SIZE - 1) / Long.SIZE];
    }

    int wordCount() {
        return words.length;
    }

    /** Puts a slot in; false if it is there already. */
    boolean add(int slot) {
        long bit = 1L << slot;
        return ((long) WORD.getAndBitwiseOr(words, slot / Long.SIZE, bit) & bit) == 0;
    }

    /** Takes a slot out; false if it is not there, or no more. */
    boolean remove(int slot) {
        long bit = 1L << slot;
        long before = (long) WORD.getAndBitwiseAnd(words, slot / Long.SIZE, ~bit);
        return (before & bit) != 0;
    }

    /** Takes all slots of a word out; bit n of the answer is slot 64 * word + n. */
    long removeWord(int word) {
        // Looked at first: of an empty word nobody else has to give up its cache line.
        return (long) WORD.getVolatile(words, word) == 0
                ? 0
                : (long) WORD.getAndSet(words, word, 0L);
    }

    boolean contains(int slot) {
        return ((long) WORD.getVolatile(words, slot / Long.SIZE) & 1L << slot) != 0;
    }

    int count() {
        int sum = 0;
        for (int i = 0; i < words.length; i++) {
            sum += Long.bitCount((long) WORD.getVolatile(words, i));
        }
        return sum;
    }

    boolean isEmpty() {
        for (int i = 0; i < words.length; i++) {
            if ((long) WORD.getVolatile(words, i) != 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Takes one slot out, the first at or behind a number, or else the first of all; so a caller
     * that goes on from where it was takes each in turn.
     *
     * @return the slot, or -1 if there is none
     */
    int removeFrom(int start) {
        int first = start / Long.SIZE % words.length;
        int found = removeIn(first, -1L << start);
        for (int i = 1; found < 0 && i <= words.length; i++) {
            found = removeIn((first + i) % words.length, -1L);
        }
        return found;
    }

    private int removeIn(int word, long mask) {
        while (true) {
            long candidates = (long) WORD.getVolatile(words, word) & mask;
            if (candidates == 0) {
                return -1;
            }
            int slot = word * Long.SIZE + Long.numberOfTrailingZeros(candidates);
            if (remove(slot)) {
                return slot;
            }
        }
    }

    /** Moves all slots to another set of the same size. */
    void moveTo(SlotBits other) {
        for (int i = 0; i < words.length; i++) {
            long moved = removeWord(i);
            if (moved != 0) {
                WORD.getAndBitwiseOr(other.words, i, moved);
            }
        }
    }
}
