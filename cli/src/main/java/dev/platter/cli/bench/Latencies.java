package dev.platter.cli.bench;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Makes histograms of nanoseconds: up to a minute, to three digits. Recording allocates nothing.
 */
final class Latencies {
    static final long MAX_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int DIGITS = 3;

    private Latencies() {}

    static Histogram histogram() {
        return new Histogram(MAX_NANOS, DIGITS);
    }
}
