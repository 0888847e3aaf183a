package dev.platter.api.block;

import dev.platter.api.memory.IoVector;

/**
 * The data plane of a backend: a queue of requests with exactly one owner thread and no locks.
 *
 * <p>A submit call answers whether the request was accepted. When it was not, the queue is full and
 * has kept nothing: poll, then submit again. Nothing completes inside a submit call. An accepted
 * request completes exactly once, through the handler of a later {@link #poll}; there is no order
 * between requests in flight. A caller that needs order waits for a completion.
 *
 * <p>Offsets and lengths are in bytes, multiples of {@link BlockLimits#requestAlignmentBytes()} and
 * inside the disk; the backend answers {@code -EINVAL} otherwise. Memory may have any alignment,
 * and any thread must be allowed to access it. The vector, and the memory it names, belong to the
 * queue until the completion.
 *
 * <p>What completions promise, in the words of {@code docs/spi-contract.md}:
 *
 * <ul>
 *   <li>a write with {@link IoFlags#FUA} is durable when it completes, and promises nothing of
 *       other writes;
 *   <li>a flush that completes with 0 has made durable every write whose completion was delivered,
 *       on any queue of the same backend, before the flush was submitted, and promises nothing of
 *       later or concurrent ones;
 *   <li>after a flush or a durable write has failed, the data it covered may be gone, so every
 *       later flush and durable write of the backend fails until the disk is opened again.
 * </ul>
 *
 * <p>All methods are the owner thread's. The owner may change hands at an idle moment, with a
 * happens-before edge between the two threads.
 */
public interface BlockQueue extends AutoCloseable {
    /** How many requests can be in flight. */
    int capacity();

    /** How many accepted requests have not completed yet. */
    int inFlight();

    /**
     * Submits a read of the vector's whole length.
     *
     * @param tag any number; comes back with the completion
     * @return whether the request was accepted
     */
    boolean readv(long tag, long offsetBytes, IoVector target);

    /**
     * Submits a write of the vector's whole length.
     *
     * @param flags {@link IoFlags#FUA} and {@link IoFlags#ATOMIC}, or none
     * @return whether the request was accepted
     */
    boolean writev(long tag, long offsetBytes, IoVector source, int flags);

    /**
     * Submits a flush of the whole disk.
     *
     * @return whether the request was accepted
     */
    boolean flush(long tag);

    /**
     * Submits a write of zeroes.
     *
     * @param flags {@link IoFlags#FUA} and {@link IoFlags#MAY_UNMAP}, or none
     * @return whether the request was accepted
     */
    boolean writeZeroes(long tag, long offsetBytes, long lengthBytes, int flags);

    /**
     * Submits a discard: the range's contents are no longer wanted. It reads as zeroes afterwards
     * if {@link BlockLimits#discardReadsZero()}, else as anything.
     *
     * @param flags {@link IoFlags#NONE} or {@link IoFlags#FUA}: then the discard is durable
     * @return whether the request was accepted
     */
    boolean discard(long tag, long offsetBytes, long lengthBytes, int flags);

    /**
     * Asks that a request in flight be given up: its result is no longer wanted. It completes all
     * the same, once, in a later {@link #poll}: with {@code -ECANCELED} if it was given up, else
     * with its true result. A write that was given up may have been made in part. It is a wish: a
     * queue that cannot give anything up does nothing, as the default does.
     *
     * @param tag the request's; where several in flight have it, each is meant, and where none has,
     *     nothing happens
     */
    default void cancel(long tag) {}

    /**
     * Hands the submitted batch to the host and delivers what has completed. Where the host's calls
     * block, they are made here, a bounded number of them: then requests may remain in flight, and
     * the next poll makes further ones.
     *
     * @return how many completions were delivered; at least one where {@link #mustPoll()} says so
     */
    int poll(CompletionHandler handler);

    /**
     * A file descriptor that, after a {@link #poll} that delivered nothing, becomes readable when
     * another would deliver a completion; it stays the queue's. Or -1 where there is none to wait
     * for: the host's calls are made inside poll, or the loop that the queue was opened with tells
     * of completions.
     */
    int completionFd();

    /**
     * Whether the owner must not wait but poll again: something is in flight that only poll brings
     * forward.
     */
    default boolean mustPoll() {
        return completionFd() < 0 && inFlight() > 0;
    }

    /** The queue's counters so far; may be read by any thread, each number by itself exact. */
    BlockQueueStatistics statistics();

    /**
     * Ends the queue. The owner drains it first: with requests in flight this is a programming
     * error and throws {@link IllegalStateException}.
     */
    @Override
    void close();
}
