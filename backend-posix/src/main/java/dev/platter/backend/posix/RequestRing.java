package dev.platter.backend.posix;

import dev.platter.api.memory.IoVector;
import org.jspecify.annotations.Nullable;

/**
 * The accepted requests of a queue, first in, first out, in arrays that are allocated once. The
 * accessors speak of the oldest request.
 */
final class RequestRing {
    static final int READ = 0;
    static final int WRITE = 1;
    static final int FLUSH = 2;
    static final int ZEROES = 3;
    static final int DISCARD = 4;

    private final int[] operations;
    private final long[] tags;
    private final long[] offsets;
    private final long[] lengths;
    private final int[] flags;
    private final long[] generations;
    private final @Nullable IoVector[] vectors;
    private int head;
    private int count;

    RequestRing(int capacity) {
        operations = new int[capacity];
        tags = new long[capacity];
        offsets = new long[capacity];
        lengths = new long[capacity];
        flags = new int[capacity];
        generations = new long[capacity];
        vectors = new IoVector[capacity];
    }

    int capacity() {
        return operations.length;
    }

    int count() {
        return count;
    }

    /** Appends a transfer; false, with nothing kept, when the ring is full. */
    boolean addTransfer(int operation, long tag, long offset, IoVector vector, int requestFlags) {
        int slot = claim(operation, tag);
        if (slot < 0) {
            return false;
        }
        offsets[slot] = offset;
        lengths[slot] = vector.lengthBytes();
        flags[slot] = requestFlags;
        vectors[slot] = vector;
        return true;
    }

    /** Appends a request that names a range of the disk; false when the ring is full. */
    boolean addRange(int operation, long tag, long offset, long length, int requestFlags) {
        int slot = claim(operation, tag);
        if (slot < 0) {
            return false;
        }
        offsets[slot] = offset;
        lengths[slot] = length;
        flags[slot] = requestFlags;
        return true;
    }

    /** Appends a flush that must cover a generation; false when the ring is full. */
    boolean addFlush(long tag, long generation) {
        int slot = claim(FLUSH, tag);
        if (slot < 0) {
            return false;
        }
        generations[slot] = generation;
        return true;
    }

    private int claim(int operation, long tag) {
        if (count == operations.length) {
            return -1;
        }
        int slot = head + count;
        slot = slot >= operations.length ? slot - operations.length : slot;
        count++;
        operations[slot] = operation;
        tags[slot] = tag;
        return slot;
    }

    int operation() {
        return operations[head];
    }

    long tag() {
        return tags[head];
    }

    long offset() {
        return offsets[head];
    }

    long length() {
        return lengths[head];
    }

    int flags() {
        return flags[head];
    }

    long generation() {
        return generations[head];
    }

    /** The oldest request's vector; only of a transfer. */
    IoVector vector() {
        IoVector vector = vectors[head];
        if (vector == null) {
            throw new IllegalStateException("not a transfer");
        }
        return vector;
    }

    /** Forgets the oldest request. */
    void remove() {
        vectors[head] = null;
        head = head + 1 == operations.length ? 0 : head + 1;
        count--;
    }
}
