package dev.platter.api.block;

import dev.platter.api.device.EventLoop;

/**
 * An open disk image: the control plane of a backend. All methods may be called by any thread, and
 * may block and allocate; the data plane is {@link BlockQueue}.
 */
public interface BlockBackend extends AutoCloseable {
    /**
     * The disk's capacity; a multiple of {@link BlockLimits#requestAlignmentBytes()}. Only {@link
     * #resize} changes it.
     */
    long sizeBytes();

    /**
     * Makes the disk larger, while requests may be in flight. Once this has returned the new size
     * is durable, all queues take requests up to it, and what was added reads as zeroes, unless it
     * lies on a block device.
     *
     * @param newBytes {@link #sizeBytes()} or more, and a multiple of {@link
     *     BlockLimits#requestAlignmentBytes()}
     * @throws BackendException in one sentence, if it cannot be; the capacity is as before then
     */
    default void resize(long newBytes) throws BackendException {
        throw new BackendException("the disk cannot be resized");
    }

    /** Whether writes, discards and writes of zeroes answer {@code -EROFS}. */
    boolean readOnly();

    /** What the backend can take. */
    BlockLimits limits();

    /**
     * One line for a log: the image, how it was opened, how durable writes are made, and why so.
     */
    String description();

    /**
     * Opens a queue; the calling thread, or the one it hands the queue to, becomes its owner.
     *
     * @param capacity how many requests must be able to be in flight at once, 1 or more
     * @throws BackendException if the host lacks the means
     */
    BlockQueue openQueue(int capacity) throws BackendException;

    /**
     * Opens a queue for an owner that waits in a loop. A backend of its own kind of loop may hand
     * requests over and collect completions in the loop's turns; as it is, this opens a queue and
     * has the loop watch its descriptor, which the owner unwatches before it closes the queue.
     *
     * @param capacity as of {@link #openQueue(int)}
     * @throws BackendException if the host lacks the means
     */
    default BlockQueue openQueue(int capacity, EventLoop loop) throws BackendException {
        return watched(openQueue(capacity), loop);
    }

    /**
     * Has a loop watch a queue's descriptor, if it has one.
     *
     * @return the queue
     * @throws BackendException if it cannot be watched; the queue is closed then
     */
    static BlockQueue watched(BlockQueue queue, EventLoop loop) throws BackendException {
        int fd = queue.completionFd();
        int answer = fd < 0 ? 0 : loop.watch(fd, EventLoop.Listener.NONE);
        if (answer < 0) {
            queue.close();
            throw new BackendException("the completions of a queue cannot be watched", -answer);
        }
        return queue;
    }

    /**
     * Flushes from the control plane, through a queue of its own, and waits.
     *
     * @return 0, or a negative errno: what was not durable before may be lost
     * @throws BackendException if no queue can be opened
     */
    default int flush() throws BackendException {
        int[] result = new int[1];
        try (BlockQueue queue = openQueue(1)) {
            queue.flush(0);
            while (queue.inFlight() > 0) {
                if (queue.poll((tag, outcome) -> result[0] = outcome) == 0) {
                    Thread.onSpinWait();
                }
            }
        }
        return result[0];
    }

    /**
     * What the host has space for, at and behind an offset. What it answers may have changed by the
     * time it is read: nothing stops writes and discards meanwhile.
     *
     * @param offsetBytes inside the disk
     * @return a stretch that ends at the disk's end at the latest; as long as the whole rest, and
     *     allocated, where the host cannot tell
     * @throws BackendException if the host reports an error
     */
    default Extent extentAt(long offsetBytes) throws BackendException {
        return new Extent(sizeBytes() - offsetBytes, true);
    }

    /** What can be written with {@link IoFlags#ATOMIC}; fixed while the backend is open. */
    default AtomicWriteLimits atomicWrites() {
        return AtomicWriteLimits.NONE;
    }

    /** The sum of the counters of all queues this backend has opened, closed ones included. */
    BlockQueueStatistics statistics();

    /**
     * Closes the image. All queues are closed before.
     *
     * @throws BackendException if the host reports an error on closing
     */
    @Override
    void close() throws BackendException;
}
