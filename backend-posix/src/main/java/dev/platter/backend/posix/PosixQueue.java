package dev.platter.backend.posix;

import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.BlockQueueStatistics;
import dev.platter.api.block.CompletionHandler;
import dev.platter.api.block.Errno;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import dev.platter.backend.file.FlushLedger;
import dev.platter.backend.file.ImageFile;
import dev.platter.backend.file.InlinePolicy;
import dev.platter.backend.file.IoCounters;
import dev.platter.linux.FileCalls;
import dev.platter.linux.LinuxException;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * A queue whose requests are blocking calls: of its owner inside {@link #poll} where {@link
 * InlinePolicy} says so, else of the threads of its disk's {@link IoPool}.
 *
 * <p>A request is accepted, and listed until the next poll. There the owner answers what needs no
 * host, makes a lone short call itself, reads from the page cache what is there, and marks the rest
 * as waiting. A thread takes it from there, carries it out and marks it as ended; or lays it aside
 * until another's synchronisation has ended, and it waits anew. Each of these three marks is a
 * {@link SlotBits}: the request belongs to who took it out of the last.
 */
final class PosixQueue implements BlockQueue {
    private final PosixBackend backend;
    private final ImageFile image;
    private final FlushLedger ledger;
    private final IoPool pool;
    private final Arena arena;
    private final Executor executor;
    private final boolean ownerCalls;
    private final InlinePolicy policy = new InlinePolicy(Request.KINDS);
    private final CachedReads cachedReads;

    /** What the owner's calls have cost, and what those of the pool. */
    private final IoCounters ownCounters = new IoCounters();

    private final IoCounters poolCounters = new IoCounters();

    private final Request[] requests;

    /** The numbers of free slots, the next to be taken last. */
    private final int[] free;

    private int freeCount;

    /** The slots accepted since the last poll, a ring from {@code firstListed}. */
    private final int[] listed;

    private int firstListed;
    private int listedCount;

    private final SlotBits waiting;

    /** Where to look for the next one that waits; a hint only, so threads may overwrite it. */
    private int turn;

    private final SlotBits laidAside;
    private final Completions completions;
    private boolean closed;

    /**
     * Takes over the arena and the descriptor.
     *
     * @param fd of the image
     * @throws LinuxException if the host lacks a descriptor; then neither is taken over
     */
    PosixQueue(PosixBackend backend, int capacity, FileCalls calls, int fd, Arena arena)
            throws LinuxException {
        this.backend = backend;
        this.arena = arena;
        image = backend.image();
        ledger = backend.ledger();
        pool = backend.pool();
        ownerCalls = backend.options().ownerCalls();
        cachedReads = new CachedReads(!image.direct());
        requests = new Request[capacity];
        free = new int[capacity];
        listed = new int[capacity];
        freeCount = capacity;
        for (int slot = 0; slot < capacity; slot++) {
            requests[slot] = new Request(slot);
            free[capacity - 1 - slot] = slot;
        }
        waiting = new SlotBits(capacity);
        laidAside = new SlotBits(capacity);
        completions = new Completions(capacity);
        executor = new Executor(backend, calls, fd, arena);
    }

    @Override
    public int capacity() {
        return requests.length;
    }

    @Override
    public int inFlight() {
        return requests.length - freeCount;
    }

    @Override
    public boolean readv(long tag, long offsetBytes, IoVector target) {
        return transfer(Request.READ, tag, offsetBytes, target, IoFlags.NONE);
    }

    @Override
    public boolean writev(long tag, long offsetBytes, IoVector source, int flags) {
        boolean durable = (flags & IoFlags.FUA) != 0;
        int operation = durable ? Request.DURABLE_WRITE : Request.WRITE;
        return transfer(operation, tag, offsetBytes, source, flags);
    }

    private boolean transfer(int operation, long tag, long offset, IoVector vector, int flags) {
        Request request = accept(operation, tag, offset, vector.lengthBytes(), flags);
        if (request == null) {
            return false;
        }
        request.vector = vector;
        return true;
    }

    @Override
    public boolean flush(long tag) {
        Request request = accept(Request.FLUSH, tag, 0, 0, IoFlags.NONE);
        if (request == null) {
            return false;
        }
        // Sampled here: the promise is about writes whose completion has been delivered by now.
        request.generation = ledger.written();
        return true;
    }

    @Override
    public boolean writeZeroes(long tag, long offsetBytes, long lengthBytes, int flags) {
        return accept(Request.ZEROES, tag, offsetBytes, lengthBytes, flags) != null;
    }

    @Override
    public boolean discard(long tag, long offsetBytes, long lengthBytes, int flags) {
        return accept(Request.DISCARD, tag, offsetBytes, lengthBytes, flags) != null;
    }

    private @Nullable Request accept(int operation, long tag, long offset, long length, int flags) {
        if (freeCount == 0) {
            return null;
        }
        Request request = requests[free[--freeCount]];
        request.begin(operation, tag, offset, length, flags);
        int end = firstListed + listedCount++;
        listed[end < listed.length ? end : end - listed.length] = request.slot;
        policy.accepted();
        return request;
    }

    @Override
    public void cancel(long tag) {
        for (Request request : requests) {
            if (request.inFlight && request.tag == tag) {
                cancel(request);
            }
        }
    }

    private void cancel(Request request) {
        // Listed, the next poll gives it up; elsewhere, whoever takes it out of its set has it.
        request.cancelled = true;
        if (waiting.remove(request.slot) || laidAside.remove(request.slot)) {
            request.result = -Errno.ECANCELED;
            completions.add(request.slot);
        }
    }

    @Override
    public int poll(CompletionHandler handler) {
        completions.awake();
        int delivered = start(handler);
        delivered += collect(handler);
        if (delivered == 0 && freeCount < requests.length) {
            completions.announceWait();
            delivered = collect(handler);
        }
        return delivered;
    }

    /** Starts what was listed before; what completions add comes next time. */
    private int start(CompletionHandler handler) {
        int delivered = 0;
        boolean handedOver = false;
        for (int left = listedCount; left > 0; left--) {
            Request request = requests[listed[firstListed]];
            firstListed = firstListed + 1 < listed.length ? firstListed + 1 : 0;
            listedCount--;
            if (answered(request) || carriedOut(request)) {
                delivered++;
                deliver(request, handler);
            } else {
                handedOver = true;
            }
        }
        if (handedOver || !pool.isAlive()) {
            delivered += engage(handler);
        }
        return delivered;
    }

    /** Answers a request that needs no host. */
    private boolean answered(Request request) {
        int operation = request.operation;
        if (request.cancelled) {
            request.result = -Errno.ECANCELED;
        } else if (operation == Request.FLUSH) {
            return flushed(request);
        } else if (operation != Request.READ && image.readOnly()) {
            request.result = -Errno.EROFS;
        } else if (!inside(request)) {
            request.result = -Errno.EINVAL;
        } else if (request.fua() && ledger.failure() != 0) {
            request.result = -ledger.failure();
        } else {
            return operation == Request.DISCARD && !image.discards();
        }
        return true;
    }

    private boolean flushed(Request request) {
        int settled = image.readOnly() ? FlushLedger.ELIDED : ledger.settled(request.generation);
        if (settled == FlushLedger.ELIDED) {
            ownCounters.countElidedFlush();
        } else if (settled < 0) {
            request.result = settled;
        }
        return settled != FlushLedger.BUSY;
    }

    /** Whether a request is aligned, inside the disk and not too long; cannot overflow. */
    private boolean inside(Request request) {
        long maxBytes =
                request.transfer()
                        ? image.limits().maxTransferBytes()
                        : image.limits().maxDiscardBytes();
        long misaligned =
                (request.offset | request.length) & (image.limits().requestAlignmentBytes() - 1);
        return misaligned == 0
                && (request.atomic() == 0
                        || image.atomicWrites().allow(request.offset, request.length))
                && request.offset >= 0
                && request.length >= 0
                && request.length <= maxBytes
                && request.length <= image.sizeBytes() - request.offset;
    }

    /** Carries a request out here; false if it was handed over. */
    private boolean carriedOut(Request request) {
        if (ownerCalls && policy.inline(request.kind(), System.nanoTime())) {
            return execute(request);
        }
        if (request.operation == Request.READ && cachedReads.tries(request.length)) {
            request.result = executor.readCached(request);
            executor.counters().moveTo(ownCounters);
            if (cachedReads.answered(request.result)) {
                return true;
            }
        }
        waiting.add(request.slot);
        return false;
    }

    private boolean execute(Request request) {
        boolean ended = executor.execute(this, request);
        executor.counters().moveTo(ownCounters);
        return ended;
    }

    /** Gets a thread for what waits. Where the host grants none, the owner has to do. */
    private int engage(CompletionHandler handler) {
        int delivered = 0;
        while (!waiting.isEmpty() && !pool.engage()) {
            Request request = takeWaiting();
            if (request != null && execute(request)) {
                delivered++;
                deliver(request, handler);
            }
        }
        return delivered;
    }

    private int collect(CompletionHandler handler) {
        int delivered = 0;
        for (int word = 0; word < completions.wordCount(); word++) {
            for (long bits = completions.takeWord(word); bits != 0; bits &= bits - 1) {
                delivered++;
                deliver(requests[word * Long.SIZE + Long.numberOfTrailingZeros(bits)], handler);
            }
        }
        return delivered;
    }

    private void deliver(Request request, CompletionHandler handler) {
        if (request.nanos > 0) {
            policy.measured(request.kind(), request.nanos);
        }
        policy.ended();
        if (request.result < 0) {
            ownCounters.countError();
        }
        request.inFlight = false;
        request.vector = null;
        free[freeCount++] = request.slot;
        handler.completed(request.tag, request.result);
    }

    /** Whether a request waits for a thread; any thread may ask, and may call what follows. */
    boolean hasWaiting() {
        return !waiting.isEmpty();
    }

    /** Takes a request to carry it out, or null. */
    @Nullable Request takeWaiting() {
        int slot = waiting.removeFrom(turn);
        if (slot < 0) {
            return null;
        }
        turn = slot + 1;
        return requests[slot];
    }

    /** Takes over what a thread has counted for this queue's requests. */
    void count(IoCounters counters) {
        counters.moveTo(poolCounters);
    }

    /** Takes back a request that {@link #takeWaiting} gave, and that has ended. */
    void endedByPool(Request request) {
        completions.add(request.slot);
    }

    /** Lays a request aside until a synchronisation has ended. */
    void awaitSync(Request request) {
        laidAside.add(request.slot);
    }

    /** What was laid aside waits for a thread again. */
    void syncEnded() {
        laidAside.moveTo(waiting);
    }

    void wakeOwner() {
        completions.wake();
    }

    @Override
    public int completionFd() {
        return completions.fd();
    }

    @Override
    public BlockQueueStatistics statistics() {
        return ownCounters.snapshot().plus(poolCounters.snapshot());
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (inFlight() > 0) {
            throw new IllegalStateException(inFlight() + " requests are in flight");
        }
        closed = true;
        backend.queueClosed(this);
        executor.close();
        completions.close();
        arena.close();
    }
}
