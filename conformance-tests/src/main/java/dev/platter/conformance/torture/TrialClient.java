package dev.platter.conformance.torture;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import dev.platter.conformance.Medium;
import dev.platter.conformance.model.History;
import dev.platter.conformance.model.Operation;
import dev.platter.conformance.model.Stamps;
import dev.platter.linux.Epoll;
import dev.platter.linux.LinuxException;
import dev.platter.linux.PollEvents;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One thread's requests to its own queue, random by a seed, each recorded in the history; until all
 * are made or the power is gone. Then it waits for what is in flight and closes the queue.
 */
final class TrialClient {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final int ALIGNMENT = 4096;
    private static final int SLOT_BYTES =
            ALIGNMENT + TrialSetup.MAX_BLOCKS * TrialSetup.BLOCK_BYTES;

    /** How far off alignment memory starts, sometimes. */
    private static final int SKEW = 40;

    private final TrialSetup setup;
    private final Medium medium;
    private final History history;
    private final BlockQueue queue;
    private final SplittableRandom random;
    private final boolean discards;
    private final MemorySegment memory;
    private final IoVector[] vectors;
    private final int[] starts;
    private final @Nullable Operation[] running;

    TrialClient(
            TrialSetup setup,
            Medium medium,
            History history,
            BlockBackend backend,
            long seed,
            Arena arena)
            throws BackendException {
        this.setup = setup;
        this.medium = medium;
        this.history = history;
        queue = backend.openQueue(setup.depth());
        random = new SplittableRandom(seed);
        discards =
                backend.limits().discardGranularityBytes() > 0
                        && backend.limits().discardReadsZero();
        memory = arena.allocate((long) SLOT_BYTES * setup.depth(), ALIGNMENT);
        vectors = new IoVector[setup.depth()];
        starts = new int[setup.depth()];
        running = new Operation[setup.depth()];
        for (int slot = 0; slot < vectors.length; slot++) {
            vectors[slot] = new IoVector(arena, 2);
        }
    }

    void run() throws LinuxException {
        int fd = queue.completionFd();
        try (Epoll epoll = Epoll.create(1)) {
            if (fd >= 0) {
                epoll.add(fd, PollEvents.IN, 0);
            }
            int left = setup.requests();
            while ((left > 0 && medium.powered()) || queue.inFlight() > 0) {
                while (left > 0 && queue.inFlight() < setup.depth() && medium.powered()) {
                    submit(freeSlot());
                    left--;
                }
                if (queue.poll(this::completed) == 0 && queue.inFlight() > 0 && fd >= 0) {
                    await(epoll);
                }
            }
        } finally {
            if (queue.inFlight() == 0) {
                queue.close();
            }
        }
    }

    private static void await(Epoll epoll) throws LinuxException {
        if (epoll.await(PATIENCE_MILLIS) == 0) {
            throw new IllegalStateException(
                    "a request has not completed within " + PATIENCE_MILLIS + " ms");
        }
    }

    private int freeSlot() {
        int slot = 0;
        while (running[slot] != null) {
            slot++;
        }
        return slot;
    }

    private void submit(int slot) {
        boolean forced = !setup.mode().writeback();
        boolean promising = !setup.mode().noFlush();
        boolean fua = promising && (forced || random.nextInt(4) == 0);
        int blocks = 1 + random.nextInt(random.nextInt(2) == 0 ? 2 : TrialSetup.MAX_BLOCKS);
        int block = random.nextInt(TrialSetup.BLOCKS - blocks + 1);
        int choice = random.nextInt(20);
        boolean accepted;
        if (choice < 10) {
            accepted = write(slot, block, blocks, fua);
        } else if (choice < 14 && promising) {
            accepted = flush(slot);
        } else if (choice < 16) {
            accepted = zero(slot, block, blocks, fua);
        } else if (choice < 17 && discards) {
            accepted = discard(slot, block, blocks, fua);
        } else {
            accepted = read(slot, block, blocks);
        }
        if (!accepted) {
            throw new IllegalStateException("a queue with room has refused a request");
        }
    }

    private boolean write(int slot, int block, int blocks, boolean fua) {
        Operation operation = history.write(block, blocks, fua);
        running[slot] = operation;
        IoVector vector = vector(slot, blocks);
        for (int i = 0; i < blocks; i++) {
            Stamps.fill(
                    memory,
                    starts[slot] + (long) i * TrialSetup.BLOCK_BYTES,
                    TrialSetup.BLOCK_BYTES,
                    block + i,
                    operation.id());
        }
        return queue.writev(slot, offset(block), vector, fua ? IoFlags.FUA : IoFlags.NONE);
    }

    private boolean read(int slot, int block, int blocks) {
        running[slot] = history.read(block, blocks, false);
        return queue.readv(slot, offset(block), vector(slot, blocks));
    }

    private boolean flush(int slot) {
        running[slot] = history.flush();
        return queue.flush(slot);
    }

    private boolean zero(int slot, int block, int blocks, boolean fua) {
        running[slot] = history.zero(block, blocks, fua);
        int flags = (fua ? IoFlags.FUA : 0) | (random.nextBoolean() ? IoFlags.MAY_UNMAP : 0);
        return queue.writeZeroes(slot, offset(block), offset(blocks), flags);
    }

    private boolean discard(int slot, int block, int blocks, boolean fua) {
        running[slot] = history.unmap(block, blocks, fua);
        return queue.discard(slot, offset(block), offset(blocks), fua ? IoFlags.FUA : IoFlags.NONE);
    }

    private static long offset(int block) {
        return (long) block * TrialSetup.BLOCK_BYTES;
    }

    /** The slot's memory as one piece or two, aligned or not. */
    private IoVector vector(int slot, int blocks) {
        int skew = random.nextInt(4) == 0 ? SKEW : 0;
        starts[slot] = slot * SLOT_BYTES + skew;
        int length = blocks * TrialSetup.BLOCK_BYTES;
        int first = random.nextInt(4) == 0 ? length / 2 : length;
        IoVector vector = vectors[slot];
        vector.clear();
        if (!vector.add(memory, starts[slot], first)
                || !vector.add(memory, starts[slot] + (long) first, length - first)) {
            throw new IllegalStateException("two pieces do not fit in a vector of two");
        }
        return vector;
    }

    private void completed(long tag, int result) {
        int slot = (int) tag;
        Operation operation = running[slot];
        running[slot] = null;
        if (operation == null) {
            throw new IllegalStateException("a request has completed twice: tag " + tag);
        }
        switch (operation.kind()) {
            case READ ->
                    operation.complete(result, result < 0 ? new int[0] : stamps(slot, operation));
            default -> operation.complete(result);
        }
    }

    private int[] stamps(int slot, Operation read) {
        int[] stamps = new int[read.blocks()];
        for (int i = 0; i < stamps.length; i++) {
            long at = starts[slot] + (long) i * TrialSetup.BLOCK_BYTES;
            stamps[i] = Stamps.read(memory, at, TrialSetup.BLOCK_BYTES, read.block() + i);
        }
        return stamps;
    }
}
