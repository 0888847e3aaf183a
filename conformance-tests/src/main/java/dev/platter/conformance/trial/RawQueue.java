package dev.platter.conformance.trial;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.memory.IoVector;
import dev.platter.conformance.Broken;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongPredicate;

/** A queue whose requests are not recorded, for tests that ask nonsense of it. */
public final class RawQueue implements AutoCloseable {
    private static final int PAGE_BYTES = 4096;

    private final BlockQueue queue;
    private final Waiter waiter;
    private final Arena arena = Arena.ofShared();
    private final List<Long> tags = new ArrayList<>();
    private final Set<Thread> threads = new HashSet<>();
    private LongPredicate onCompletion = tag -> true;
    private int lastResult;

    /** Opens a queue. */
    public RawQueue(BlockBackend backend, int capacity) throws BackendException {
        queue = backend.openQueue(capacity);
        waiter = new Waiter(queue);
    }

    /** The queue itself. */
    public BlockQueue queue() {
        return queue;
    }

    /**
     * Memory of one piece.
     *
     * @param shiftBytes how far it is off a page
     */
    public IoVector vector(int lengthBytes, int shiftBytes) {
        IoVector vector = new IoVector(arena, 1);
        vector.add(
                arena.allocate((long) lengthBytes + PAGE_BYTES, PAGE_BYTES),
                shiftBytes,
                lengthBytes);
        return vector;
    }

    /** Does something at each completion; it answers whether that went well. */
    public void onCompletion(LongPredicate action) {
        onCompletion = action;
    }

    /** Waits until nothing is in flight: how many completions there were. */
    public int drain() {
        tags.clear();
        threads.clear();
        while (queue.inFlight() > 0) {
            waiter.await(this::completed);
        }
        return tags.size();
    }

    /** The result of the one request in flight. */
    public int drained() {
        drain();
        return lastResult;
    }

    private void completed(long tag, int result) {
        tags.add(tag);
        threads.add(Thread.currentThread());
        lastResult = result;
        if (!onCompletion.test(tag)) {
            throw new Broken(2, "a completion could not submit the next request");
        }
    }

    /** Whether the last {@link #drain} saw a tag. */
    public boolean sawTag(long tag) {
        return tags.contains(tag);
    }

    /** Whether the last {@link #drain} saw completions on this thread only. */
    public boolean onlyThread(Thread thread) {
        return threads.equals(Set.of(thread));
    }

    /** The result of the last completion. */
    public int lastResult() {
        return lastResult;
    }

    @Override
    public void close() {
        waiter.close();
        queue.close();
        arena.close();
    }
}
