package dev.platter.backend.uring;

import dev.platter.api.block.CompletionHandler;
import dev.platter.backend.file.BounceBuffer;
import dev.platter.backend.file.InlinePolicy;
import dev.platter.backend.file.IoCounters;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one queue: which slots are free, and which requests have ended and wait for the
 * handler. Owner thread only.
 */
final class Endings {
    private final Request[] requests;
    private final RequestList free = new RequestList();
    private final RequestList ended = new RequestList();
    private final QueueFiles files;
    private final Bounces bounces;
    private final IoCounters counters;
    private final InlinePolicy policy;

    Endings(
            int capacity,
            QueueFiles files,
            Bounces bounces,
            IoCounters counters,
            InlinePolicy policy) {
        this.policy = policy;
        this.files = files;
        this.bounces = bounces;
        this.counters = counters;
        requests = new Request[capacity];
        for (int slot = 0; slot < capacity; slot++) {
            requests[slot] = new Request(slot);
            free.add(requests[slot]);
        }
    }

    int capacity() {
        return requests.length;
    }

    int inFlight() {
        return requests.length - free.count();
    }

    Request of(int slot) {
        return requests[slot];
    }

    /** Takes a free slot, or answers null when the queue is full. */
    @Nullable Request claim() {
        Request request = free.poll();
        if (request != null) {
            policy.accepted();
            request.inFlight = true;
        }
        return request;
    }

    boolean isEmpty() {
        return ended.isEmpty();
    }

    /** Ends a request: gives back what it holds, and keeps the result for the handler. */
    void end(Request request, int result) {
        if (request.syncFile != QueueFiles.NONE) {
            files.release(request.syncFile);
            request.syncFile = QueueFiles.NONE;
        }
        BounceBuffer slab = request.slab;
        if (slab != null) {
            bounces.release(slab);
            request.slab = null;
        }
        if (result < 0) {
            counters.countError();
        }
        request.vector = null;
        request.result = result;
        ended.add(request);
    }

    /**
     * Tells the handler of requests that have ended; it may submit further ones.
     *
     * @param limit how many at most
     * @return how many it was told of
     */
    int deliver(CompletionHandler handler, int limit) {
        int delivered = 0;
        while (delivered < limit) {
            Request request = ended.poll();
            if (request == null) {
                break;
            }
            long tag = request.tag;
            int result = request.result;
            free.add(request);
            delivered++;
            policy.ended();
            request.inFlight = false;
            handler.completed(tag, result);
        }
        return delivered;
    }
}
