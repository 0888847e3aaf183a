package dev.platter.conformance.trial;

import java.util.Optional;

/**
 * What the user of the kit may set, as system properties:
 *
 * <ul>
 *   <li>{@code platter.kit.trials}: crash trials of each property and mode;
 *   <li>{@code platter.kit.seed}: replays one run of the properties;
 *   <li>{@code platter.kit.report}: the folder of the matrix.
 * </ul>
 */
public final class KitSettings {
    /** How many trials share one workload, each with another power cut. */
    public static final int TRIALS_A_WORKLOAD = 5;

    private static final int DEFAULT_TRIALS = 300;

    private KitSettings() {}

    /** Crash trials of each property and mode. */
    public static int trials() {
        return Math.max(1, Integer.getInteger("platter.kit.trials", DEFAULT_TRIALS));
    }

    /** The seed to replay. */
    public static Optional<String> seed() {
        return Optional.ofNullable(System.getProperty("platter.kit.seed"));
    }

    /** Whether a missing means fails a test in place of skipping it. */
    public static boolean mustNotSkip() {
        return "true".equals(System.getenv("CI"));
    }
}
