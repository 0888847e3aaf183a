package dev.platter.backend.uring;

import dev.platter.linux.Errnos;

/** The decision whether an answer of the host asks for the same operation once more. */
final class Retry {
    /** A host that asks so often in a row to try again will go on doing so. */
    static final int MAX_TRIES = 1000;

    private Retry() {}

    /** Whether to submit the request's operation again; notes how often, and how. */
    static boolean wanted(Request request, int answer) {
        if (answer == -Errnos.EINTR) {
            return true;
        }
        if (answer == -Errnos.EAGAIN && request.tries < MAX_TRIES) {
            request.tries++;
            // A worker waits where the submitting call may not.
            request.async = true;
            return true;
        }
        request.tries = 0;
        return false;
    }
}
