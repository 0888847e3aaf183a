package dev.platter.linux;

import java.util.Objects;

/**
 * The file descriptors that came with one message. Whatever is not taken is closed, so a peer that
 * sends descriptors nobody asked for leaks none. One thread uses it at a time.
 */
public final class ReceivedDescriptors implements AutoCloseable {
    private static final int TAKEN = -1;

    private final int[] descriptors;
    private int count;
    private boolean truncated;

    /**
     * An empty list.
     *
     * @param capacity how many one message may bring, 0 to 253 ({@code SCM_MAX_FD})
     */
    public ReceivedDescriptors(int capacity) {
        if (capacity > SocketMessage.MAX_DESCRIPTORS) {
            throw new IllegalArgumentException("no message carries " + capacity + " descriptors");
        }
        descriptors = new int[capacity];
    }

    /** How many one message may bring. */
    public int capacity() {
        return descriptors.length;
    }

    /** How many came, taken ones included. */
    public int count() {
        return count;
    }

    /** Whether the peer sent more than there was room for; the kernel closed those. */
    public boolean isTruncated() {
        return truncated;
    }

    /**
     * Hands over a descriptor, which the caller closes.
     *
     * @param position counted from 0; each may be taken once
     */
    public int take(int position) {
        int fd = descriptors[Objects.checkIndex(position, count)];
        if (fd == TAKEN) {
            throw new IllegalStateException("descriptor " + position + " was taken before");
        }
        descriptors[position] = TAKEN;
        return fd;
    }

    /** Closes what was not taken and empties the list, which may then be used again. */
    @Override
    public void close() {
        for (int i = 0; i < count; i++) {
            if (descriptors[i] != TAKEN) {
                Descriptors.close(descriptors[i]);
            }
        }
        count = 0;
        truncated = false;
    }

    /** Appends a descriptor that the kernel installed; closed at once when there is no room. */
    void add(int fd) {
        if (count == descriptors.length) {
            Descriptors.close(fd);
            truncated = true;
        } else {
            descriptors[count++] = fd;
        }
    }

    void markTruncated() {
        truncated = true;
    }
}
