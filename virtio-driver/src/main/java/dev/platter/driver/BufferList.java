package dev.platter.driver;

import java.util.Arrays;

/**
 * A list of guest memory pieces, in order: what one direction of a request consists of. Reusable;
 * filling it again allocates nothing once it has grown. Nothing is checked: a driver may well name
 * memory that does not exist.
 */
public final class BufferList {
    /** A list without pieces; never changed. */
    public static final BufferList EMPTY = new BufferList();

    private static final int FIRST_CAPACITY = 8;

    private long[] addresses = new long[FIRST_CAPACITY];
    private int[] lengths = new int[FIRST_CAPACITY];
    private int count;

    /** Makes a list without pieces. */
    public BufferList() {}

    /** A list of these buffers. */
    public static BufferList of(GuestBuffer... buffers) {
        BufferList list = new BufferList();
        for (GuestBuffer buffer : buffers) {
            list.add(buffer);
        }
        return list;
    }

    /** Forgets all pieces. */
    public BufferList clear() {
        count = 0;
        return this;
    }

    /** Appends a buffer. */
    public BufferList add(GuestBuffer buffer) {
        return add(buffer.guestAddress(), Math.toIntExact(buffer.sizeBytes()));
    }

    /** Appends a piece; the length is an unsigned 32-bit number. */
    public BufferList add(long guestAddress, int lengthBytes) {
        if (count == addresses.length) {
            addresses = Arrays.copyOf(addresses, 2 * count);
            lengths = Arrays.copyOf(lengths, 2 * count);
        }
        addresses[count] = guestAddress;
        lengths[count] = lengthBytes;
        count++;
        return this;
    }

    /** Appends a piece cut into parts of at most this many bytes; 0 leaves it whole. */
    public BufferList addInParts(long guestAddress, int lengthBytes, int partBytes) {
        if (partBytes == 0) {
            return add(guestAddress, lengthBytes);
        }
        for (int done = 0; done < lengthBytes; done += partBytes) {
            add(guestAddress + done, Math.min(partBytes, lengthBytes - done));
        }
        return this;
    }

    /** Appends all pieces of another list. */
    public BufferList addAll(BufferList other) {
        for (int i = 0; i < other.count; i++) {
            add(other.addresses[i], other.lengths[i]);
        }
        return this;
    }

    /** How many pieces there are. */
    public int count() {
        return count;
    }

    /** The guest-physical address of a piece. */
    public long address(int piece) {
        return addresses[piece];
    }

    /** The length of a piece, unsigned. */
    public int lengthBytes(int piece) {
        return lengths[piece];
    }
}
