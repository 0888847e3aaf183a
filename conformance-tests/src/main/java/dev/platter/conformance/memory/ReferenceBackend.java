package dev.platter.conformance.memory;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockLimits;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.BlockQueueStatistics;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.Errno;
import dev.platter.api.block.IoFlags;
import dev.platter.conformance.memory.ReferenceRequest.Kind;
import dev.platter.conformance.memory.ReferenceRequest.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A backend on a {@link MemoryMedium} that keeps to the letter of the contract: requests are cut
 * into parts, the parts of all requests in flight run in an order drawn by lot, durable writes ask
 * for no more than themselves, and a flush is left out where nothing needs it.
 *
 * <p>Each thing that it does right is a method of its own, so that the kit's tests can do one of
 * them wrong. All queues share one lock.
 */
public class ReferenceBackend implements BlockBackend {
    /** The longest part of a transfer. */
    static final int PART_BYTES = 4 * MemoryMedium.SECTOR_BYTES;

    private static final int MAX_TRANSFER_BYTES = 1 << 20;
    private static final BlockLimits LIMITS =
            new BlockLimits(
                    MemoryMedium.SECTOR_BYTES,
                    MAX_TRANSFER_BYTES,
                    MemoryMedium.SECTOR_BYTES,
                    0,
                    MemoryMedium.SECTOR_BYTES,
                    MAX_TRANSFER_BYTES,
                    true);

    final MemoryMedium medium;
    final Random random;
    final List<ReferenceQueue> queues = new ArrayList<>();

    /** How many writes have landed that a flush must cover. */
    long written = 1;

    /** Up to which of them a synchronisation has succeeded. */
    long flushed;

    boolean syncing;

    /** The errno of the first failure to make something durable, or 0. */
    int failure;

    BlockQueueStatistics statistics = BlockQueueStatistics.ZERO;

    private final CacheMode mode;
    private final boolean readOnly;

    ReferenceBackend(MemoryMedium medium, CacheMode mode, boolean readOnly) {
        this.medium = medium;
        this.mode = mode;
        this.readOnly = readOnly;
        random = new Random(MemoryMedia.seed(medium.location()));
    }

    /**
     * Opens a backend.
     *
     * @param location of a {@link MemoryMedium}
     * @throws BackendException if there is no such medium
     */
    public static ReferenceBackend open(String location, CacheMode mode) throws BackendException {
        return new ReferenceBackend(MemoryMedia.find(location), mode, false);
    }

    /**
     * Opens a backend that only reads.
     *
     * @param location of a {@link MemoryMedium}
     * @throws BackendException if there is no such medium
     */
    public static ReferenceBackend openReadOnly(String location, CacheMode mode)
            throws BackendException {
        return new ReferenceBackend(MemoryMedia.find(location), mode, true);
    }

    /** Whether durable writes ask the medium for it, or synchronise afterwards. */
    boolean nativeDurability() {
        return mode.direct();
    }

    /** Fills in what a request has to do. */
    void plan(ReferenceRequest request) {
        switch (request.kind) {
            case READ -> request.steps.add(() -> read(request));
            case WRITE, ZEROES, DISCARD -> planChange(request);
            case FLUSH -> {
                request.generation = written;
                planSync(request);
            }
        }
    }

    void planChange(ReferenceRequest request) {
        boolean durable = (request.flags & IoFlags.FUA) != 0;
        boolean natively = durable && nativeDurability(request);
        if (durable) {
            request.steps.add(() -> -failure);
        }
        planParts(request, natively);
        if (natively) {
            request.steps.add(() -> -failure);
        } else {
            request.steps.add(() -> landed(request));
            if (durable) {
                planSync(request);
            }
        }
    }

    /** Whether a durable request asks the medium for it; then it leaves nothing to flush. */
    boolean nativeDurability(ReferenceRequest request) {
        return nativeDurability() && request.kind == Kind.WRITE;
    }

    void planParts(ReferenceRequest request, boolean natively) {
        for (long at = 0; at < request.length; at += PART_BYTES) {
            long from = at;
            int bytes = (int) Math.min(PART_BYTES, request.length - at);
            request.steps.add(() -> part(request, from, bytes, natively));
        }
    }

    /** One part of a change. */
    int part(ReferenceRequest request, long at, int bytes, boolean durable) {
        long offset = request.offset + at;
        if (request.kind != Kind.WRITE) {
            return medium.zero(offset, bytes, durable);
        }
        return write(offset, request.data(at, bytes), durable);
    }

    /** Writes, and goes on after a short write. */
    int write(long offset, byte[] data, boolean durable) {
        int done = medium.write(offset, data, durable);
        if (done == -Errno.EINTR) {
            return write(offset, data, durable);
        }
        if (done < 0 || done == data.length) {
            return Math.min(done, Step.DONE);
        }
        byte[] rest = java.util.Arrays.copyOfRange(data, done, data.length);
        return write(offset + done, rest, durable);
    }

    /** A change has landed and is volatile: a flush must cover it from now on. */
    int landed(ReferenceRequest request) {
        request.generation = ++written;
        return Step.DONE;
    }

    void planSync(ReferenceRequest request) {
        request.steps.add(() -> admitSync(request));
        request.steps.add(() -> sync(request));
        request.steps.add(() -> synced(request));
    }

    /** Whether a synchronisation is needed, and may start. */
    int admitSync(ReferenceRequest request) {
        if (failure != 0) {
            return -failure;
        }
        if (flushed >= request.generation) {
            request.steps.clear();
            return Step.DONE;
        }
        if (syncing) {
            request.steps.addFirst(() -> admitSync(request));
            return Step.DONE;
        }
        syncing = true;
        request.synced = true;
        request.startedAt = written;
        return Step.DONE;
    }

    int sync(ReferenceRequest request) {
        do {
            request.answer = hostSync();
        } while (request.answer == -Errno.EINTR);
        return Step.DONE;
    }

    /** A synchronisation, counted. */
    int hostSync() {
        statistics = statistics.plus(new BlockQueueStatistics(0, 0, 0, 1, 0, 0, 0, 0, 0));
        return medium.sync();
    }

    /** Notes how a synchronisation has ended. */
    int synced(ReferenceRequest request) {
        syncing = false;
        if (request.answer < 0) {
            fail(-request.answer);
        }
        if (failure == 0) {
            flushed = request.startedAt;
        }
        return -failure;
    }

    /** Ends all promises. */
    void fail(int errno) {
        if (failure == 0) {
            failure = errno;
        }
    }

    /** A step has failed. */
    void failed(ReferenceRequest request) {
        boolean changes = request.kind != Kind.READ && request.kind != Kind.FLUSH;
        if (changes) {
            written++;
            if ((request.flags & IoFlags.FUA) != 0) {
                fail(-request.result);
            }
        }
    }

    int read(ReferenceRequest request) {
        int done = 0;
        while (done < request.length) {
            byte[] data = new byte[(int) request.length - done];
            int answer = medium.read(request.offset + done, data);
            if (answer < 0 && answer != -Errno.EINTR) {
                return answer;
            }
            if (answer > 0) {
                request.data(done, data, answer);
                done += answer;
            }
        }
        return Step.DONE;
    }

    /** Which request goes on next; {@code own} are the queue's that is polled. */
    ReferenceRequest pick(List<ReferenceRequest> own, List<ReferenceRequest> all) {
        List<ReferenceRequest> from = random.nextInt(3) == 0 ? all : own;
        return from.get(random.nextInt(from.size()));
    }

    /** Runs a step of a request. */
    void advance(ReferenceRequest request) {
        int answer = request.steps.isEmpty() ? Step.DONE : request.steps.removeFirst().run();
        if (answer < 0) {
            request.steps.clear();
            request.result = answer;
            failed(request);
        } else {
            request.result = request.success();
        }
    }

    int validate(ReferenceRequest request) {
        int mask = MemoryMedium.SECTOR_BYTES - 1;
        boolean inside =
                request.offset >= 0
                        && request.length >= 0
                        && request.offset <= sizeBytes() - request.length
                        && ((request.offset | request.length) & mask) == 0;
        if (!inside) {
            return -Errno.EINVAL;
        }
        boolean changes = request.kind != Kind.READ && request.kind != Kind.FLUSH;
        return readOnly && changes ? -Errno.EROFS : 0;
    }

    @Override
    public long sizeBytes() {
        return medium.sizeBytes();
    }

    @Override
    public boolean readOnly() {
        return readOnly;
    }

    @Override
    public BlockLimits limits() {
        return LIMITS;
    }

    @Override
    public String description() {
        return medium.location() + ", in memory, cache=" + mode;
    }

    @Override
    public synchronized BlockQueue openQueue(int capacity) throws BackendException {
        ReferenceQueue queue = new ReferenceQueue(this, capacity);
        queues.add(queue);
        return queue;
    }

    @Override
    public BlockQueueStatistics statistics() {
        return statistics;
    }

    @Override
    public void close() {
        // The medium is its maker's.
    }
}
