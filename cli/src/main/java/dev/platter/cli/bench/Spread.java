package dev.platter.cli.bench;

import java.util.Arrays;

/**
 * A figure over several rounds: never one number alone.
 *
 * @param median the middle one; of an even count the mean of the middle two. NaN where no round has
 *     the figure
 * @param min the least
 * @param max the greatest
 */
record Spread(double median, double min, double max) {
    static final Spread NONE = new Spread(Double.NaN, Double.NaN, Double.NaN);

    /** The spread of these values; those that are not numbers do not count. */
    static Spread of(double... values) {
        double[] sorted = Arrays.stream(values).filter(Double::isFinite).sorted().toArray();
        if (sorted.length == 0) {
            return NONE;
        }
        int half = sorted.length / 2;
        double median =
                sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /**
     * The spread of the quotients round by round, which is steadier than the quotient of two
     * medians: both halves of a pair were measured within seconds of each other.
     */
    static Spread ofRatios(double[] dividends, double[] divisors) {
        int pairs = Math.min(dividends.length, divisors.length);
        double[] ratios = new double[pairs];
        for (int i = 0; i < pairs; i++) {
            ratios[i] = dividends[i] / divisors[i];
        }
        return of(ratios);
    }

    boolean known() {
        return !Double.isNaN(median);
    }
}
