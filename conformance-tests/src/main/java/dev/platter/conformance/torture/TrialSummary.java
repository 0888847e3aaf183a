package dev.platter.conformance.torture;

import java.util.List;

/**
 * What a series of trials found.
 *
 * @param name of the setup
 * @param firstSeed the seed of the first trial; the next has the next number
 * @param trials how many were made
 * @param powerCuts how many cuts they had
 * @param requests how many requests
 * @param violating the power cycles with violations, in the order found
 * @param nanos how long it took
 */
public record TrialSummary(
        String name,
        long firstSeed,
        long trials,
        long powerCuts,
        long requests,
        List<TrialResult> violating,
        long nanos) {
    /** Copies the list. */
    public TrialSummary {
        violating = List.copyOf(violating);
    }

    /** One line. */
    @Override
    public String toString() {
        double seconds = nanos / 1e9;
        return "%s: %d trials, %d power cuts, %d requests, %d violations, %.1f s (%.0f trials/s), seeds from %d"
                .formatted(
                        name,
                        trials,
                        powerCuts,
                        requests,
                        violating.size(),
                        seconds,
                        trials / Math.max(seconds, 1e-9),
                        firstSeed);
    }
}
