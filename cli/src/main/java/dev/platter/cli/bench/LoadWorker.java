package dev.platter.cli.bench;

import dev.platter.driver.DiskQueue;
import dev.platter.linux.CpuClock;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * One thread of the guest on one queue: keeps a fixed number of requests in flight, and looks at
 * the clock once a request. It allocates nothing while it runs.
 *
 * <p>Each request in flight is a <em>lane</em> with a buffer of its own. A lane that must flush
 * does so when its write has ended; its latency is that of both.
 */
final class LoadWorker {
    private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int SPINS_BEFORE_LOOKING_AT_THE_CLOCK = 4096;

    private final DiskQueue queue;
    private final Load load;
    private final Durability durability;
    private final boolean polling;
    private final long imageBlocks;
    private final long[] buffers;
    private final SplittableRandom random;
    private final int[] laneOfSlot;
    private final long[] startNanos;
    private final boolean[] flushing;
    private final Histogram latencies = Latencies.histogram();
    private long nextBlock;
    private long windowNanos;
    private long cpuNanos;
    private long requestsEnded;

    /**
     * A worker that has not begun.
     *
     * @param buffers guest addresses, one a lane
     * @param firstBlock where a sequential load starts
     * @param polling whether to spin for completions instead of waiting for a call
     */
    LoadWorker(
            DiskQueue queue,
            Load load,
            Durability durability,
            boolean polling,
            long imageBytes,
            long[] buffers,
            long firstBlock,
            long seed) {
        this.queue = queue;
        this.load = load;
        this.durability = durability;
        this.polling = polling;
        this.buffers = buffers;
        imageBlocks = imageBytes / load.blockBytes();
        nextBlock = firstBlock % imageBlocks;
        random = new SplittableRandom(seed);
        laneOfSlot = new int[queue.slotCount()];
        startNanos = new long[buffers.length];
        flushing = new boolean[buffers.length];
    }

    /**
     * Loads the disk: first a moment that does not count, then the window.
     *
     * @param clock the server's processor time
     * @throws BenchException if a request fails or is not answered
     */
    void run(long settleNanos, long measureNanos, CpuClock clock) throws BenchException {
        long begin = System.nanoTime();
        for (int lane = 0; lane < buffers.length; lane++) {
            start(lane, begin);
        }
        long windowStart = measure(begin + settleNanos);
        latencies.reset();
        long cpuStart = clock.nanos();
        long windowEnd = measure(windowStart + measureNanos);
        cpuNanos = clock.nanos() - cpuStart;
        windowNanos = windowEnd - windowStart;
        for (int left = buffers.length; left > 0; ) {
            left -= finish(reap()) ? 1 : 0;
        }
    }

    /** Keeps the lanes going until a moment; answers when it was over. */
    private long measure(long untilNanos) throws BenchException {
        for (; ; ) {
            int lane = reap();
            if (!finish(lane)) {
                continue;
            }
            long now = System.nanoTime();
            latencies.recordValue(Math.min(now - startNanos[lane], Latencies.MAX_NANOS));
            start(lane, now);
            if (now - untilNanos >= 0) {
                return now;
            }
        }
    }

    private void start(int lane, long now) throws BenchException {
        startNanos[lane] = now;
        long offset = nextOffset();
        put(
                load.write()
                        ? queue.write(
                                offset,
                                buffers[lane],
                                load.blockBytes(),
                                durability == Durability.FUA)
                        : queue.read(offset, buffers[lane], load.blockBytes()),
                lane);
    }

    private long nextOffset() {
        if (!load.sequential()) {
            return random.nextLong(imageBlocks) * load.blockBytes();
        }
        long block = nextBlock;
        nextBlock = block + 1 == imageBlocks ? 0 : block + 1;
        return block * load.blockBytes();
    }

    private void put(int slot, int lane) throws BenchException {
        if (slot == DiskQueue.FULL) {
            throw new BenchException("the queue is full at depth " + load.depth());
        }
        laneOfSlot[slot] = lane;
    }

    /** Waits for the next request to end; answers its lane. */
    private int reap() throws BenchException {
        int slot = queue.poll();
        if (slot == DiskQueue.NONE) {
            slot = polling ? spin() : queue.await(ANSWER_NANOS);
        }
        if (slot == DiskQueue.NONE) {
            throw new BenchException("the server did not answer within 30 s");
        }
        if (!queue.good(slot)) {
            throw new BenchException("the server failed a request: " + queue.answerText(slot));
        }
        return laneOfSlot[slot];
    }

    private int spin() {
        queue.kick();
        long deadline = System.nanoTime() + ANSWER_NANOS;
        do {
            for (int i = 0; i < SPINS_BEFORE_LOOKING_AT_THE_CLOCK; i++) {
                int slot = queue.poll();
                if (slot != DiskQueue.NONE) {
                    return slot;
                }
                Thread.onSpinWait();
            }
        } while (System.nanoTime() - deadline < 0);
        return DiskQueue.NONE;
    }

    /** Whether the lane's request is done; if it is a write that must be flushed, flushes it. */
    private boolean finish(int lane) throws BenchException {
        if (durability != Durability.FLUSH || flushing[lane]) {
            flushing[lane] = false;
            requestsEnded++;
            return true;
        }
        flushing[lane] = true;
        put(queue.flush(), lane);
        return false;
    }

    /** The latencies in the window. */
    Histogram latencies() {
        return latencies;
    }

    /** How many requests ended a second. */
    double perSecond() {
        return latencies.getTotalCount() * (double) TimeUnit.SECONDS.toNanos(1) / windowNanos;
    }

    /** How many requests have ended in all, outside the window too. */
    long requestsEnded() {
        return requestsEnded;
    }

    /** What the server used in the window. */
    long cpuNanos() {
        return cpuNanos;
    }
}
