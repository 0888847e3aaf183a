package dev.platter.conformance.trial;

import dev.platter.api.memory.IoVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Memory of a request and its vector. They are kept for the next trial: a backend's own threads may
 * use them, and memory that several threads may use is dear to free.
 *
 * @param region page-aligned
 */
record Buffer(MemorySegment region, IoVector vector) {
    private static final int PAGE_BYTES = 4096;
    private static final int MAX_PIECES = 8;
    private static final Map<Long, Queue<Buffer>> FREE = new ConcurrentHashMap<>();

    /** A buffer of a length and a page more at least. */
    static Buffer take(long lengthBytes) {
        long size = Long.highestOneBit(lengthBytes + PAGE_BYTES - 1) << 1;
        Buffer free = FREE.computeIfAbsent(size, any -> new ConcurrentLinkedQueue<>()).poll();
        return free != null
                ? free
                : new Buffer(
                        Arena.global().allocate(size, PAGE_BYTES),
                        new IoVector(Arena.global(), MAX_PIECES));
    }

    /** Gives it back, when no queue has it any more. */
    void give() {
        FREE.computeIfAbsent(region.byteSize(), any -> new ConcurrentLinkedQueue<>()).add(this);
    }
}
