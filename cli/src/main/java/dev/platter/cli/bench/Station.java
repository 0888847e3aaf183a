package dev.platter.cli.bench;

import java.util.SortedMap;
import org.HdrHistogram.Histogram;

/** A contender that is up and can be loaded, again and again. One thread's. */
interface Station extends AutoCloseable {
    /**
     * Loads it for one window.
     *
     * @param latencies takes the window's latencies, where they are known one by one
     */
    Sample round(long windowNanos, Histogram latencies, long seed)
            throws BenchException, InterruptedException;

    /**
     * Loads it for a window under strace.
     *
     * @return calls a request by name; empty where there is no server
     */
    SortedMap<String, Double> systemCalls(long windowNanos, long seed)
            throws BenchException, InterruptedException;

    /**
     * Loads what becomes faster while it runs until it is as fast as it gets; what does not is left
     * alone.
     *
     * @param leastNanos how long at least
     */
    void warmUp(long leastNanos, long seed) throws BenchException, InterruptedException;

    @Override
    void close();
}
