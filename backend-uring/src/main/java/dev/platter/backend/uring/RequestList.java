package dev.platter.backend.uring;

import org.jspecify.annotations.Nullable;

/** A list of requests, first in, first out; a request is in one list at a time. */
final class RequestList {
    private @Nullable Request first;
    private @Nullable Request last;
    private int count;

    boolean isEmpty() {
        return first == null;
    }

    int count() {
        return count;
    }

    void add(Request request) {
        request.next = null;
        if (last == null) {
            first = request;
        } else {
            last.next = request;
        }
        last = request;
        count++;
    }

    /** Removes the oldest request, or answers null when there is none. */
    @Nullable Request poll() {
        Request request = first;
        if (request != null) {
            first = request.next;
            if (first == null) {
                last = null;
            }
            request.next = null;
            count--;
        }
        return request;
    }
}
