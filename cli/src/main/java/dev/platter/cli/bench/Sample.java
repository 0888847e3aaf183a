package dev.platter.cli.bench;

import org.HdrHistogram.Histogram;

/**
 * What one round saw of one contender.
 *
 * @param requests how many requests ended in the window; a write and its flush are one
 * @param perSecond requests a second
 * @param cpuMicrosPerRequest processor time of the server's process; NaN where it cannot be told
 * @param p50Micros the median latency; NaN where it cannot be told, like the other two
 */
record Sample(
        long requests,
        double perSecond,
        double cpuMicrosPerRequest,
        double p50Micros,
        double p99Micros,
        double p999Micros) {
    private static final double NANOS_PER_MICRO = 1000;

    static Sample of(double perSecond, double cpuMicrosPerRequest, Histogram latencies) {
        return new Sample(
                latencies.getTotalCount(),
                perSecond,
                cpuMicrosPerRequest,
                latencies.getValueAtPercentile(50) / NANOS_PER_MICRO,
                latencies.getValueAtPercentile(99) / NANOS_PER_MICRO,
                latencies.getValueAtPercentile(99.9) / NANOS_PER_MICRO);
    }
}
