package dev.platter.it.guest;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import dev.platter.backend.uring.UringBackendProvider;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/**
 * A program for a guest: verified transfers on a device with polled queues ({@code iopoll=on}), and
 * the sentence for one without.
 */
public final class PolledTransfers {
    private static final int BLOCK_BYTES = 4096;
    private static final int BLOCKS = 512;
    private static final int DEPTH = 8;
    private static final int ROUNDS = 400;
    private static final int SYNCING_EVERY = 16;

    private final RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    private final byte[] content = new byte[BLOCKS];
    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory = arena.allocate((long) DEPTH * BLOCK_BYTES, BLOCK_BYTES);
    private final IoVector[] vectors = new IoVector[DEPTH];
    private final BlockQueue queue;
    private int polledRounds;

    private PolledTransfers(BlockQueue queue) {
        this.queue = queue;
        for (int i = 0; i < DEPTH; i++) {
            vectors[i] = new IoVector(arena, 1);
            vectors[i].add(memory, (long) i * BLOCK_BYTES, BLOCK_BYTES);
        }
    }

    /**
     * Prints why the second is refused, and then in how many rounds the first was polled.
     *
     * @param arguments a device with polled queues, of zeroes, and one without
     */
    public static void main(String[] arguments) throws BackendException {
        try (BlockBackend backend = open(arguments[1])) {
            System.out.println(backend.description());
        } catch (BackendException refusal) {
            System.out.println(refusal.getMessage());
        }
        try (BlockBackend backend = open(arguments[0]);
                BlockQueue queue = backend.openQueue(DEPTH)) {
            PolledTransfers transfers = new PolledTransfers(queue);
            for (int round = 0; round < ROUNDS; round++) {
                transfers.round(round % SYNCING_EVERY == 0);
            }
            System.out.println("polled " + transfers.polledRounds + " of " + ROUNDS);
        }
    }

    private static BlockBackend open(String device) throws BackendException {
        return new UringBackendProvider()
                .open(
                        new BackendOptions(
                                device,
                                CacheMode.NONE,
                                false,
                                false,
                                OptionalLong.empty(),
                                Map.of("iopoll", "on", "owner-calls", "off")));
    }

    /** Writes or reads neighbouring blocks at once; and, where so asked, with a flush between. */
    private void round(boolean syncing) {
        boolean write = random.nextBoolean() || syncing;
        int first = random.nextInt(BLOCKS - DEPTH);
        for (int i = 0; i < DEPTH; i++) {
            long offset = (long) (first + i) * BLOCK_BYTES;
            MemorySegment block = memory.asSlice((long) i * BLOCK_BYTES, BLOCK_BYTES);
            if (write) {
                content[first + i] = (byte) random.nextInt();
                block.fill(content[first + i]);
                // The last by the other ring, beside those that are polled for.
                boolean durable = syncing && i == DEPTH - 1;
                queue.writev(i, offset, vectors[i], durable ? IoFlags.FUA : IoFlags.NONE);
            } else {
                block.fill((byte) ~content[first + i]);
                queue.readv(i, offset, vectors[i]);
            }
        }
        polledRounds += queue.mustPoll() ? 1 : 0;
        finish(BLOCK_BYTES);
        for (int i = 0; i < DEPTH && !write; i++) {
            byte[] expected = new byte[BLOCK_BYTES];
            Arrays.fill(expected, content[first + i]);
            MemorySegment block = memory.asSlice((long) i * BLOCK_BYTES, BLOCK_BYTES);
            if (block.mismatch(MemorySegment.ofArray(expected)) >= 0) {
                throw new IllegalStateException("block " + (first + i) + " is not as written");
            }
        }
        if (syncing) {
            queue.flush(0);
            finish(0);
        }
    }

    private void finish(int expected) {
        while (queue.inFlight() > 0) {
            queue.poll(
                    (tag, result) -> {
                        if (result != expected) {
                            throw new IllegalStateException("a request ended with " + result);
                        }
                    });
        }
    }
}
