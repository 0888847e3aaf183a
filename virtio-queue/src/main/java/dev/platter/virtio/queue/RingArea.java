package dev.platter.virtio.queue;

import java.lang.foreign.MemorySegment;

/** What is checked once of a queue's size and of each of its areas, before anything is read. */
final class RingArea {
    private RingArea() {}

    /**
     * Checks a queue size.
     *
     * @param layoutLimit the largest size of the queue's layout
     * @param deviceLimit the largest size that the device runs
     * @throws IllegalArgumentException in one sentence, if it is not within 1 and the limits
     */
    static void checkSize(int size, int layoutLimit, int deviceLimit) {
        int limit = Math.min(layoutLimit, deviceLimit);
        if (size < 1 || size > limit) {
            throw new IllegalArgumentException(
                    "queue size " + size + " is not within 1 and " + limit);
        }
    }

    /**
     * Checks an area for place and size.
     *
     * @throws IllegalArgumentException in one sentence, if it cannot be used
     */
    static MemorySegment checked(
            String name, MemorySegment area, int alignmentBytes, long neededBytes) {
        if (!area.isNative()) {
            throw new IllegalArgumentException("the " + name + " is not in native memory");
        }
        if (area.address() % alignmentBytes != 0) {
            throw new IllegalArgumentException(
                    "the " + name + " is not aligned to " + alignmentBytes + " bytes");
        }
        if (area.byteSize() < neededBytes) {
            throw new IllegalArgumentException(
                    "the "
                            + name
                            + " needs "
                            + neededBytes
                            + " bytes and has only "
                            + area.byteSize());
        }
        return area;
    }

    /** As {@link #checked}, of an area that the device writes. */
    static MemorySegment checkedWritable(
            String name, MemorySegment area, int alignmentBytes, long neededBytes) {
        MemorySegment result = checked(name, area, alignmentBytes, neededBytes);
        if (result.isReadOnly()) {
            throw new IllegalArgumentException("the " + name + " lies in read-only memory");
        }
        return result;
    }

    /**
     * Checks that a queue that moves keeps its size.
     *
     * @throws IllegalArgumentException in one sentence, if not
     */
    static void checkSameSize(int newSize, int size) {
        if (newSize != size) {
            throw new IllegalArgumentException(
                    "queue size "
                            + newSize
                            + " is not the "
                            + size
                            + " that the queue was started with");
        }
    }
}
