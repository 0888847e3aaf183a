package dev.platter.conformance.trial;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.IoFlags;
import dev.platter.conformance.Broken;
import dev.platter.conformance.model.History;
import dev.platter.conformance.model.Operation;
import dev.platter.conformance.model.Stamps;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One queue of a backend under test, whose requests are recorded in a history. Every buffer is
 * spoilt as soon as it is the caller's again, so that a backend that looks at it later writes what
 * nobody wrote. One thread's, as the queue.
 */
public final class TrialQueue implements AutoCloseable {
    /** How many requests can be in flight. */
    public static final int CAPACITY = 8;

    private static final byte SPOILT = (byte) 0xEE;
    private static final int SLOT_BITS = 8;

    /** A request in flight. */
    private static final class Slot {
        private final int index;
        private Buffer buffer = Buffer.take(0);
        private MemorySegment memory = MemorySegment.NULL;
        private @Nullable Operation operation;
        private long uses;

        Slot(int index) {
            this.index = index;
        }

        long tag() {
            return uses << SLOT_BITS | index;
        }
    }

    private final BlockQueue queue;
    private final int blockBytes;
    private final Slot[] slots = new Slot[CAPACITY];
    private final Deque<Slot> free = new ArrayDeque<>();
    private final Waiter waiter;
    private History history;
    private Runnable meanwhile = () -> {};
    private boolean submitting;
    private int lastResult;

    /** Opens a queue; the calling thread is its owner. */
    public TrialQueue(BlockBackend backend, int blockBytes, History history)
            throws BackendException {
        this.queue = backend.openQueue(CAPACITY);
        this.blockBytes = blockBytes;
        this.history = history;
        Arrays.setAll(slots, Slot::new);
        free.addAll(Arrays.asList(slots));
        waiter = new Waiter(queue);
    }

    /** The queue itself. */
    public BlockQueue queue() {
        return queue;
    }

    /** How many requests are in flight. */
    public int inFlight() {
        return CAPACITY - free.size();
    }

    /** The result of the request that completed last. */
    public int lastResult() {
        return lastResult;
    }

    /** Submits a write. */
    public Operation write(int block, int blocks, boolean fua, Shape shape) {
        Slot slot = take(blocks, shape);
        Operation operation = history.write(block, blocks, fua);
        slot.operation = operation;
        for (int i = 0; i < blocks; i++) {
            Stamps.fill(
                    slot.memory,
                    (long) i * blockBytes,
                    blockBytes,
                    (long) block + i,
                    operation.id());
        }
        accepted(
                submit(() -> queue.writev(slot.tag(), at(block), slot.buffer.vector(), flags(fua))),
                operation);
        return operation;
    }

    /** Submits a read. */
    public Operation read(int block, int blocks, Shape shape) {
        Slot slot = take(blocks, shape);
        slot.memory.fill(SPOILT);
        Operation operation = history.read(block, blocks, false);
        slot.operation = operation;
        accepted(submit(() -> queue.readv(slot.tag(), at(block), slot.buffer.vector())), operation);
        return operation;
    }

    /** Submits a flush. */
    public Operation flush() {
        Slot slot = take(0, Shape.PLAIN);
        Operation operation = history.flush();
        slot.operation = operation;
        accepted(submit(() -> queue.flush(slot.tag())), operation);
        return operation;
    }

    /** Submits a write of zeroes. */
    public Operation zero(int block, int blocks, boolean fua, boolean mayUnmap) {
        Slot slot = take(0, Shape.PLAIN);
        Operation operation = history.zero(block, blocks, fua);
        slot.operation = operation;
        int flags = flags(fua) | (mayUnmap ? IoFlags.MAY_UNMAP : IoFlags.NONE);
        accepted(
                submit(() -> queue.writeZeroes(slot.tag(), at(block), at(blocks), flags)),
                operation);
        return operation;
    }

    /** Submits a discard. */
    public Operation discard(int block, int blocks, boolean fua) {
        Slot slot = take(0, Shape.PLAIN);
        Operation operation = history.unmap(block, blocks, fua);
        slot.operation = operation;
        accepted(
                submit(() -> queue.discard(slot.tag(), at(block), at(blocks), flags(fua))),
                operation);
        return operation;
    }

    /** A submit call. */
    private interface Submission {
        boolean accepted();
    }

    private boolean submit(Submission submission) {
        submitting = true;
        try {
            return submission.accepted();
        } finally {
            submitting = false;
        }
    }

    private static void accepted(boolean accepted, Operation operation) {
        if (!accepted) {
            throw new Broken(2, "a queue with room for another request refused " + operation);
        }
    }

    private long at(int block) {
        return (long) block * blockBytes;
    }

    private static int flags(boolean fua) {
        return fua ? IoFlags.FUA : IoFlags.NONE;
    }

    private Slot take(int blocks, Shape shape) {
        while (free.isEmpty()) {
            await();
        }
        Slot slot = free.removeFirst();
        slot.uses++;
        long bytes = (long) blocks * blockBytes;
        if (slot.buffer.region().byteSize() < bytes + Shape.MAX_SHIFT_BYTES) {
            slot.buffer.give();
            slot.buffer = Buffer.take(bytes);
        }
        slot.memory = slot.buffer.region().asSlice(shape.shiftBytes(), bytes);
        shape.lay(slot.memory, slot.buffer.vector());
        return slot;
    }

    /** Waits for one completion at least, if something is in flight. */
    public void await() {
        if (inFlight() > 0 && queue.inFlight() == 0) {
            throw new Broken(1, "the queue has nothing in flight, but not all has completed");
        }
        waiter.await(this::completed, meanwhile);
    }

    /** What else the owner does while it waits. */
    void meanwhile(Runnable newMeanwhile) {
        meanwhile = newMeanwhile;
    }

    /** Takes completions that are there. */
    void look() {
        if (inFlight() > 0) {
            waiter.look(this::completed);
        }
    }

    /** Waits until nothing is in flight. */
    public void drain() {
        while (inFlight() > 0) {
            await();
        }
    }

    private void completed(long tag, int result) {
        if (submitting) {
            throw new Broken(3, "a completion was delivered inside a submit call");
        }
        Slot slot = slots[(int) (tag & (1 << SLOT_BITS) - 1) % CAPACITY];
        Operation operation = slot.operation;
        if (operation == null || slot.tag() != tag) {
            throw new Broken(1, "a completion with a tag that is not in flight: " + tag);
        }
        slot.operation = null;
        finish(slot, operation, result);
        free.addLast(slot);
    }

    private void finish(Slot slot, Operation operation, int result) {
        lastResult = result;
        boolean transfer =
                switch (operation.kind()) {
                    case READ, WRITE -> true;
                    default -> false;
                };
        long whole = transfer ? slot.memory.byteSize() : 0;
        if (result >= 0 && result != whole) {
            throw new Broken(5, "result " + result + " instead of " + whole + " for " + operation);
        }
        switch (operation.kind()) {
            case READ -> operation.complete(result, stamps(slot, operation));
            default -> operation.complete(result);
        }
        slot.memory.fill(SPOILT);
    }

    private int[] stamps(Slot slot, Operation operation) {
        int[] stamps = new int[operation.blocks()];
        for (int i = 0; i < stamps.length; i++) {
            long block = (long) operation.block() + i;
            stamps[i] = Stamps.read(slot.memory, (long) i * blockBytes, blockBytes, block);
        }
        return stamps;
    }

    /** Closes the queue, with nothing in flight. */
    @Override
    public void close() {
        waiter.close();
        queue.close();
        for (Slot slot : slots) {
            slot.buffer.give();
        }
    }
}
