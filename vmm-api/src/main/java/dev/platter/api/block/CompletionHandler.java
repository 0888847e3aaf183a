package dev.platter.api.block;

/** Receives the results of requests; called only inside {@link BlockQueue#poll}, by its owner. */
@FunctionalInterface
public interface CompletionHandler {
    /**
     * A request has ended, and its memory is the caller's again. May submit further requests to the
     * same queue; must not call {@link BlockQueue#poll} or {@link BlockQueue#close}.
     *
     * @param tag the tag the request was submitted with
     * @param result for reads and writes the number of bytes transferred, always the whole request;
     *     for other requests 0; or a negative errno of {@link Errno}
     */
    void completed(long tag, int result);
}
