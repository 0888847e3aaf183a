package dev.platter.backend.file;

import dev.platter.api.device.Notifier;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What of an image may still be volatile: a generation that counts finished writes, the generation
 * up to which the host has made them durable, and the error that ended all promises, if there was
 * one. All queues of a backend share one ledger; any thread may call it.
 *
 * <p>A flush takes {@link #written()} when it is submitted: the generation it requires. It is
 * answered
 *
 * <ul>
 *   <li>with the error, once a flush or a durable write has failed, until the image is opened again
 *       (Linux reports a failed write-back once, marks the pages clean and answers the next flush
 *       with success; so no success can be believed after the first error);
 *   <li>at once, if what it requires is flushed already;
 *   <li>by a synchronisation of its own, if none is running;
 *   <li>else after the running one: if that started after this flush took its generation it covers
 *       it, otherwise one of those waiting starts the next, for all of them.
 * </ul>
 *
 * <p>A write path pays one atomic increment and no lock; nothing here waits for the host. Who is
 * admitted by {@link #tryStart} makes the synchronisation and reports {@link #finished}.
 */
public final class FlushLedger {
    /** The answer to a flush that made a synchronisation of its own. */
    public static final int SYNCED = 0;

    /** The answer to a flush that needed none, or that another one covered. */
    public static final int ELIDED = 1;

    /** {@link #tryStart}: another synchronisation is running; ask again when it has finished. */
    public static final int BUSY = 2;

    /**
     * Starts above what is flushed: whoever had the image before us, a server that was killed, say,
     * may have left writes in the page cache, and a guest's first flush must cover those too.
     */
    private final AtomicLong written = new AtomicLong(1);

    /** A monitor and not a Lock: threads that meet at one allocate nothing. */
    private final Object lock = new Object();

    // Written under the lock. Volatile, so that failure() and settled() need none.
    private volatile int failure;
    private volatile long flushed;
    private long startedAt;
    private boolean syncing;
    private final List<Notifier> waiters = new ArrayList<>();

    /** A ledger of an image that was just opened: nothing written, nothing failed. */
    public FlushLedger() {}

    /** How many writes have finished so far: what a flush submitted now must cover. */
    public long written() {
        return written.get();
    }

    /**
     * Notes that a write has ended and left something that a flush must cover: any write, discard
     * or write of zeroes, also a failed one, as part of it may have reached the host. The one
     * exception is a write that succeeded with {@code RWF_DSYNC}: nothing of it is volatile, and it
     * says nothing about others.
     *
     * <p>To be called after the host's answer and before the completion is delivered. Before the
     * host's answer it would be wrong: a synchronisation could take the generation, end before the
     * data is there, and count it as flushed. After the delivery it would be wrong too: the guest
     * could submit a flush that does not require the write.
     *
     * @return the generation that covers this write
     */
    public long writeFinished() {
        return written.incrementAndGet();
    }

    /**
     * The error, as a positive errno, with which every flush and durable write is to be answered;
     * or 0.
     */
    public int failure() {
        return failure;
    }

    /**
     * How a flush can be answered without a synchronisation, now.
     *
     * @param required what {@link #written()} or {@link #writeFinished()} answered
     * @return {@link #ELIDED}, or a negative errno; {@link #BUSY} if it takes one
     */
    public int settled(long required) {
        int failed = failure;
        if (failed != 0) {
            return -failed;
        }
        return flushed >= required ? ELIDED : BUSY;
    }

    /**
     * Ends all promises, because a durable write has failed. The first error stays.
     *
     * @param errno positive
     */
    public void fail(int errno) {
        synchronized (lock) {
            if (failure == 0) {
                failure = errno;
            }
        }
    }

    /**
     * Asks for a flush without waiting.
     *
     * @param required what {@link #written()} or {@link #writeFinished()} answered
     * @return {@link #SYNCED} if the caller must synchronise now and then call {@link #finished};
     *     {@link #ELIDED} if nothing is to be done; {@link #BUSY} if another one is running; or a
     *     negative errno
     */
    public int tryStart(long required) {
        synchronized (lock) {
            return admission(required);
        }
    }

    /**
     * Asks for a flush without waiting, and to be told when to ask again.
     *
     * @param required as of {@link #tryStart(long)}
     * @param waiter if the answer is {@link #BUSY}, signalled once, by the thread that runs the
     *     other synchronisation, when that has ended; never signalled otherwise
     * @return as of {@link #tryStart(long)}
     */
    public int tryStart(long required, Notifier waiter) {
        synchronized (lock) {
            int admission = admission(required);
            if (admission == BUSY && !waiters.contains(waiter)) {
                waiters.add(waiter);
            }
            return admission;
        }
    }

    private int admission(long required) {
        if (failure != 0) {
            return -failure;
        }
        if (flushed >= required) {
            return ELIDED;
        }
        if (syncing) {
            return BUSY;
        }
        syncing = true;
        // Taken before the host is asked. A write that finishes while it works may have missed it,
        // and has a later generation.
        startedAt = written.get();
        return SYNCED;
    }

    /**
     * Notes how the synchronisation that {@link #tryStart} admitted has ended, and wakes who waits.
     *
     * <p>One that the host called a success is none if a durable write has failed meanwhile: the
     * host reports such an error once, and may have reported it there.
     *
     * @param result 0 or a negative errno
     * @return how those it covers are to be answered: {@link #SYNCED} or a negative errno
     */
    public int finished(int result) {
        synchronized (lock) {
            if (result < 0 && failure == 0) {
                failure = -result;
            }
            if (failure == 0) {
                flushed = startedAt;
            }
            syncing = false;
            // Under the lock: whoever is admitted next finds the signals of this end given.
            for (int i = 0; i < waiters.size(); i++) {
                waiters.get(i).signal();
            }
            waiters.clear();
            return failure == 0 ? SYNCED : -failure;
        }
    }
}
