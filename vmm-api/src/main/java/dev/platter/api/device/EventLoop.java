package dev.platter.api.device;

import dev.platter.api.memory.GuestMemoryMap;

/**
 * What one thread, the owner of queues, waits in: descriptors such as a guest's kick, wake-ups by
 * other threads, and completions of a backend, all at once, in one system call.
 *
 * <p>Everything here is the owner's, the thread that makes the first {@link #turn}, except {@link
 * #waker}. Before the first turn another thread may watch, and open queues that complete through
 * the loop; it hands the loop over with a happens-before edge.
 *
 * <p>An owner's loop:
 *
 * <pre>{@code
 * while (running) {
 *     handler.process();
 *     if (handler.enableKicks()) {
 *         loop.turn(EventLoop.FOREVER);
 *     } else {
 *         loop.submit();
 *     }
 * }
 * }</pre>
 */
public interface EventLoop extends AutoCloseable {
    /** A time to wait without end, for {@link #turn}. */
    long FOREVER = -1;

    /** What is told of a watched descriptor, in a turn and by the owner. */
    @FunctionalInterface
    interface Listener {
        /** Does nothing: that the turn ends is all that is wanted. */
        Listener NONE = answer -> {};

        /**
         * The descriptor has become readable, or cannot be watched any more.
         *
         * @param answer 0, or a negative errno, after which it is no longer watched
         */
        void ready(int answer);
    }

    /**
     * Watches a descriptor. Its listener is told at least once after each moment at which the
     * descriptor became readable, or an eventfd was signalled anew; it need not read anything, and
     * may find nothing to read. A descriptor that is readable already counts as become so.
     *
     * @param fd stays the caller's, who unwatches it before closing it
     * @return 0 or a negative errno; some hosts tell the listener only
     */
    int watch(int fd, Listener listener);

    /** Ends a watch: the listener is told nothing more. Does nothing when there is none. */
    void unwatch(int fd);

    /** Ends the owner's wait, or its next one. For any thread; of a closed loop it does nothing. */
    Notifier waker();

    /**
     * Tells the loop of the guest's memory, in which its queues' requests will lie, before the
     * first of them and at each change, with nothing in flight. A loop may prepare the memory for
     * I/O, as by registering it with the host; if it cannot, it does without. By the owner.
     *
     * @param memory stays mapped until the loop is told of another, or closed
     */
    default void memory(GuestMemoryMap memory) {}

    /**
     * Takes up a signal to an eventfd, to be given when the loop is next entered, behind what has
     * been prepared before.
     *
     * @param eventFd non-blocking, and open until {@link #turn} or {@link #submit} has returned
     * @return whether it was taken up; if not, as where that would save nothing, the caller gives
     *     it
     */
    boolean offerSignal(int eventFd);

    /**
     * Hands over to the host what the queues of this loop have prepared. Does not wait, and makes
     * no system call where nothing is prepared.
     */
    void submit();

    /**
     * Hands over what is prepared, waits until something has come about, and tells whom it
     * concerns. Completions wait for the {@code poll} of their queue, to which they belong.
     *
     * @param timeoutNanos how long to wait at most; 0 does not wait, {@link #FOREVER} without end
     * @return how many things came about, 0 after the time has run out, or a negative errno when
     *     the loop cannot go on
     */
    int turn(long timeoutNanos);

    /** Ends all watches. The queues that complete through the loop are closed before. */
    @Override
    void close();
}
