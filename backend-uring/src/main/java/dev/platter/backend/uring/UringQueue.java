package dev.platter.backend.uring;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.BlockQueueStatistics;
import dev.platter.api.block.CompletionHandler;
import dev.platter.api.block.Errno;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import dev.platter.backend.file.FlushLedger;
import dev.platter.backend.file.ImageFile;
import dev.platter.backend.file.ImageSpace;
import dev.platter.backend.file.IoCounters;
import dev.platter.backend.uring.Request.Operation;
import dev.platter.linux.FileCalls;
import dev.platter.linux.IoUringCalls;
import dev.platter.linux.IoUringOp;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * A queue whose requests go through a ring: a submit call fills in an entry. Of a ring of its own
 * {@link #poll} hands all entries over and collects completions, in at most one system call where
 * nothing goes wrong; in the ring of a {@link RingLoop} its turns do that, and poll delivers.
 */
final class UringQueue implements BlockQueue, CompletionSink {
    /** How often one poll hands over what its completions gave rise to, before it returns. */
    private static final int MAX_ROUNDS = 4;

    private final UringBackend backend;
    private final ImageFile image;
    private final FlushLedger ledger;
    private final QueueResources resources;
    private final Lane lane;
    private final @Nullable PolledRing polled;
    private final boolean shared;
    private final RingPump pump;
    private final FlushWaker waker;
    private final IoCounters counters = new IoCounters();
    private final RequestList deferred = new RequestList();
    private final Endings endings;
    private final Syncs syncs;
    private final Transfers transfers;
    private final Ranges ranges;
    private final FileCalls files;
    private final LonePolicy lonePolicy;

    /** Writes to the page cache, to be made by the owner in the next poll. */
    private final RequestList copies = new RequestList();

    /** The only request in flight, if the owner may carry it out by a call of its own. */
    private @Nullable Request lone;

    private boolean closed;

    /**
     * Opens a queue.
     *
     * @param loop the loop whose ring it shares, or null for a ring of its own
     * @param arena closed with the queue, or at once on failure
     */
    UringQueue(
            UringBackend backend,
            int capacity,
            FileCalls files,
            IoUringCalls calls,
            @Nullable RingLoop loop,
            Arena arena)
            throws BackendException {
        this.backend = backend;
        image = backend.image();
        ledger = backend.ledger();
        resources = QueueResources.open(backend, capacity, files, calls, loop, arena);
        lane = resources.lane();
        polled = resources.polled();
        shared = lane instanceof SharedLane;
        pump = new RingPump(this, image.path());
        waker = resources.waker();
        this.files = files;
        lonePolicy = new LonePolicy(image, backend.options().inlines());
        endings =
                new Endings(
                        capacity,
                        resources.files(),
                        resources.bounces(),
                        counters,
                        lonePolicy.policy());
        syncs = new Syncs(lane, resources.files(), ledger, waker, endings, counters, deferred);
        transfers =
                new Transfers(
                        image,
                        ledger,
                        lane,
                        polled,
                        resources.files(),
                        resources.bounces(),
                        endings,
                        syncs,
                        counters,
                        deferred,
                        files);
        ImageSpace space =
                new ImageSpace(files, resources.files().mainFd(), image.blockDevice(), arena);
        ranges =
                new Ranges(
                        image,
                        ledger,
                        lane,
                        resources.files(),
                        endings,
                        syncs,
                        counters,
                        deferred,
                        space,
                        arena);
        lane.bind(this);
    }

    @Override
    public int capacity() {
        return endings.capacity();
    }

    @Override
    public int inFlight() {
        return endings.inFlight();
    }

    @Override
    public boolean readv(long tag, long offsetBytes, IoVector target) {
        return transfer(Operation.READ, tag, offsetBytes, target, IoFlags.NONE);
    }

    @Override
    public boolean writev(long tag, long offsetBytes, IoVector source, int flags) {
        return transfer(Operation.WRITE, tag, offsetBytes, source, flags);
    }

    @Override
    public boolean flush(long tag) {
        return range(Operation.FLUSH, tag, 0, 0, IoFlags.NONE);
    }

    @Override
    public boolean writeZeroes(long tag, long offsetBytes, long lengthBytes, int flags) {
        return range(Operation.ZEROES, tag, offsetBytes, lengthBytes, flags);
    }

    @Override
    public boolean discard(long tag, long offsetBytes, long lengthBytes, int flags) {
        return range(Operation.DISCARD, tag, offsetBytes, lengthBytes, flags);
    }

    @Override
    public void cancel(long tag) {
        for (int slot = 0; slot < endings.capacity(); slot++) {
            Request request = endings.of(slot);
            if (request.inFlight && request.tag == tag) {
                request.unwanted = true;
                askToGiveUp(request);
            }
        }
    }

    /**
     * Asks the kernel to give up the running operation of a request. A synchronisation is left
     * alone: others may wait for it. What is not with the kernel ends when it would start.
     */
    private void askToGiveUp(Request request) {
        if (request.owed > 0 && !request.syncing && !request.polled && lane.room(1)) {
            lane.ring()
                    .submissions()
                    .claim()
                    .startOn(
                            IoUringOp.ASYNC_CANCEL,
                            -1,
                            UserData.of(UserData.NO_LANE, request.slot, UserData.CANCEL))
                    .address(UserData.of(lane.number(), request.slot, UserData.CALL));
        }
    }

    private boolean transfer(
            Operation operation, long tag, long offset, IoVector vector, int flags) {
        int refusal = own();
        Request request = endings.claim();
        if (request == null) {
            return false;
        }
        request.vector = vector;
        request.begin(operation, tag, offset, vector.lengthBytes(), flags);
        begin(request, refusal);
        return true;
    }

    private boolean range(Operation operation, long tag, long offset, long length, int flags) {
        int refusal = own();
        Request request = endings.claim();
        if (request == null) {
            return false;
        }
        request.begin(operation, tag, offset, length, flags);
        begin(request, refusal);
        return true;
    }

    /** Makes the ring the calling thread's, if it is another's: 0 or a negative errno. */
    private int own() {
        if (lane.owned() && (polled == null || polled.owned())) {
            return 0;
        }
        if (endings.inFlight() > 0) {
            throw new IllegalStateException("a queue changes hands with requests in flight");
        }
        int answer = lane.owned() ? 0 : lane.adopt();
        return polled == null || answer < 0 ? answer : polled.adopt();
    }

    private void begin(Request request, int refusal) {
        if (refusal < 0) {
            endings.end(request, refusal);
        } else if (request.operation == Operation.FLUSH) {
            beginFlush(request);
        } else if (request.operation != Operation.READ && image.readOnly()) {
            endings.end(request, -Errno.EROFS);
        } else if (!inside(request)) {
            endings.end(request, -Errno.EINVAL);
        } else if (request.transfers()) {
            if (transfers.begin(request)) {
                holdOrStart(request);
            }
        } else {
            ranges.begin(request);
        }
    }

    private void beginFlush(Request request) {
        if (image.readOnly()) {
            counters.countElidedFlush();
            endings.end(request, 0);
        } else {
            // Sampled here: the promise is about writes whose completion was delivered by now.
            syncs.note(request, ledger.written());
            holdOrStart(request);
        }
    }

    /** Keeps a request back that has come alone, until the next poll shows whether it stays so. */
    private void holdOrStart(Request request) {
        if (lonePolicy.copies(request)) {
            copies.add(request);
        } else if (endings.inFlight() == 1 && lonePolicy.concerns(request)) {
            lone = request;
        } else {
            startAgain(request);
        }
    }

    /** Carries the copies out, as long as none takes long; the others go to the kernel. */
    private void makeCopies() {
        for (int left = copies.count(); left > 0; left--) {
            Request request = copies.poll();
            if (request == null) {
                return;
            }
            long now = System.nanoTime();
            if (request.unwanted || !lonePolicy.copies(request)) {
                request.handedOverNanos = now;
                startAgain(request);
            } else {
                int kind = lonePolicy.kind(request);
                transfers.carryOut(request);
                lonePolicy.measured(kind, System.nanoTime() - now);
            }
        }
    }

    /** Carries out or starts the request that has come alone. */
    private void settleLone() {
        Request request = lone;
        if (request == null) {
            return;
        }
        lone = null;
        long now = System.nanoTime();
        if (request.unwanted || !lonePolicy.inline(request, now)) {
            request.handedOverNanos = now;
            startAgain(request);
            return;
        }
        int kind = lonePolicy.kind(request);
        if (request.syncing) {
            syncs.carryOut(request, files);
        } else {
            transfers.carryOut(request);
        }
        lonePolicy.measured(kind, System.nanoTime() - now);
    }

    /** Whether a request is aligned, inside the disk and not too long; cannot overflow. */
    private boolean inside(Request request) {
        long maxBytes =
                request.transfers()
                        ? image.limits().maxTransferBytes()
                        : image.limits().maxDiscardBytes();
        long misaligned =
                (request.offset | request.length) & (image.limits().requestAlignmentBytes() - 1);
        return misaligned == 0
                && (!request.atomic() || image.atomicWrites().allow(request.offset, request.length))
                && request.offset >= 0
                && request.length >= 0
                && request.length <= maxBytes
                && request.length <= image.sizeBytes() - request.offset;
    }

    @Override
    public int poll(CompletionHandler handler) {
        if (own() < 0) {
            // Idle, as another thread's queue was: there is nothing to deliver.
            return 0;
        }
        makeCopies();
        settleLone();
        if (polled != null) {
            polled.poll(pump);
        }
        return shared ? collect(handler) : exchange(handler);
    }

    /** Delivers what the loop's turns have brought, and prepares what they are to hand over. */
    private int collect(CompletionHandler handler) {
        if (waker.collect()) {
            syncs.askAgain();
        }
        startDeferred();
        return endings.deliver(handler, endings.capacity());
    }

    /** Hands over and collects by a ring that is this queue's alone. */
    private int exchange(CompletionHandler handler) {
        int delivered = 0;
        for (int round = 0; round < MAX_ROUNDS; round++) {
            if (waker.collect()) {
                syncs.askAgain();
            }
            pump.handOver(lane.ring());
            pump.reap(lane.ring());
            startDeferred();
            delivered += endings.deliver(handler, endings.capacity());
            if (endings.isEmpty() && !lane.ring().needsEnter()) {
                return delivered;
            }
        }
        // There may be more for ever: the owner comes back for it, told by the descriptor.
        pump.handOver(lane.ring());
        if (!endings.isEmpty()) {
            waker.signal();
        }
        return delivered;
    }

    @Override
    public void completed(long userData, int result, int completionFlags) {
        if (UserData.part(userData) == UserData.CANCEL) {
            return;
        }
        Request request = endings.of(UserData.slot(userData));
        lonePolicy.answered(request);
        switch (UserData.part(userData)) {
            case UserData.SYNC -> {
                syncs.answered(request, result);
                return;
            }
            case UserData.CALL -> request.callResult = result;
            case UserData.LINKED_SYNC -> request.syncResult = result;
            default -> request.syncResult = -Errno.ECANCELED;
        }
        request.owed--;
        if (request.owed == 0) {
            if (request.transfers()) {
                transfers.answered(request);
            } else {
                ranges.answered(request);
            }
        }
    }

    @Override
    public void refused(long userData, int result) {
        completed(userData, result, 0);
    }

    /** Starts what lacked the means when it was to be started; what still lacks them stays. */
    private void startDeferred() {
        for (int left = deferred.count(); left > 0; left--) {
            Request request = deferred.poll();
            if (request != null) {
                startAgain(request);
            }
        }
    }

    private void startAgain(Request request) {
        if (request.syncing) {
            syncs.start(request);
        } else if (request.transfers()) {
            transfers.start(request);
        } else {
            ranges.start(request);
        }
    }

    @Override
    public int completionFd() {
        return resources.completionFd();
    }

    /**
     * What waits for a poll: a lone request, what nobody tells of, and in a loop what has ended
     * outside a turn.
     */
    @Override
    public boolean mustPoll() {
        return lone != null
                || !copies.isEmpty()
                || (polled != null && polled.isBusy())
                || (shared && !endings.isEmpty());
    }

    /** The ring whose kernel thread others may share, or {@link RingSetup#NO_RING}. */
    int pollerFd() {
        return lane instanceof AdoptedRing ring ? ring.pollerFd() : RingSetup.NO_RING;
    }

    @Override
    public BlockQueueStatistics statistics() {
        return counters.snapshot();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (endings.inFlight() > 0) {
            throw new IllegalStateException(endings.inFlight() + " requests are in flight");
        }
        closed = true;
        ranges.close();
        resources.close();
        backend.queueClosed(this);
    }
}
