package dev.platter.cli.bench;

import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * The share of requests that were done within a time: the time to the right, in powers of ten; the
 * share upwards, by the nines that count (half, 90 %, 99 %, 99.9 %).
 */
final class LatencyChart {
    private static final int WIDTH = 560;
    private static final int HEIGHT = 320;
    private static final int LEFT = 52;
    private static final int RIGHT = 12;
    private static final int TOP = 26;
    private static final int BOTTOM = 36;
    private static final double NINES = 3;
    private static final double DECADES_WITH_ROOM_FOR_THREE = 2.6;
    private static final int TICKS_PER_HALF = 20;
    private static final double[] SHARES = {0, 0.5, 0.9, 0.99, 0.999};
    private static final String[] SHARE_WORDS = {"0", "50 %", "90 %", "99 %", "99.9 %"};
    private static final double NANOS_PER_MICRO = 1000;

    private double firstDecade = Double.MAX_VALUE;
    private double lastDecade = -Double.MAX_VALUE;

    /** The drawing; empty where nobody's latencies are known one by one. */
    String draw(List<Measurement> measurements, Colours colours) {
        List<Measurement> known =
                measurements.stream().filter(m -> m.latencies().getTotalCount() > 0).toList();
        if (known.isEmpty()) {
            return "";
        }
        known.forEach(measurement -> widen(measurement.latencies()));
        Svg svg = new Svg(WIDTH, HEIGHT, "Latencies");
        svg.words("title", 0, 14, "Share of requests done within");
        axes(svg);
        for (Measurement measurement : known) {
            svg.curve(
                    "curve " + colours.of(measurement),
                    points(measurement.latencies()),
                    measurement.label());
        }
        return svg.end();
    }

    /** Whole tenths of a decade around what is drawn, so that the ends are not cut. */
    private void widen(Histogram latencies) {
        double least = Math.log10(Math.max(1, latencies.getMinValue()) / NANOS_PER_MICRO);
        double most =
                Math.log10(Math.max(1, latencies.getValueAtPercentile(99.9)) / NANOS_PER_MICRO);
        firstDecade = Math.min(firstDecade, Math.floor(least * 10) / 10);
        lastDecade = Math.max(lastDecade, Math.ceil(most * 10) / 10 + 0.1);
    }

    private void axes(Svg svg) {
        for (int i = 0; i < SHARES.length; i++) {
            double y = y(SHARES[i]);
            svg.line("grid", LEFT, y, WIDTH - RIGHT, y);
            svg.words("label", LEFT - 6, y + 4, SHARE_WORDS[i]);
        }
        for (int decade = (int) Math.floor(firstDecade); decade <= lastDecade; decade++) {
            for (int step = 1; step < 10; step++) {
                double micros = step * Math.pow(10, decade);
                double at = Math.log10(micros);
                if (at >= firstDecade && at <= lastDecade) {
                    tick(svg, micros, step);
                }
            }
        }
    }

    private void tick(Svg svg, double micros, int step) {
        double x = x(micros * NANOS_PER_MICRO);
        boolean roomForThree = lastDecade - firstDecade <= DECADES_WITH_ROOM_FOR_THREE;
        boolean named = step == 1 || (roomForThree && (step == 2 || step == 5));
        svg.line(named ? "grid" : "grid faint", x, TOP, x, HEIGHT - BOTTOM);
        if (named) {
            svg.words("tick", x, HEIGHT - BOTTOM + 16, time(micros));
        }
    }

    private static String time(double micros) {
        return micros < 1000
                ? String.format(Locale.ROOT, micros < 1 ? "%.1f us" : "%.0f us", micros)
                : String.format(Locale.ROOT, "%.0f ms", micros / 1000);
    }

    private CharSequence points(Histogram latencies) {
        StringBuilder points = new StringBuilder();
        append(points, (double) latencies.getMinValue(), 0);
        for (HistogramIterationValue value : latencies.percentiles(TICKS_PER_HALF)) {
            double share = value.getPercentileLevelIteratedTo() / 100;
            if (share <= SHARES[SHARES.length - 1]) {
                append(points, (double) value.getValueIteratedTo(), share);
            }
        }
        append(points, (double) latencies.getValueAtPercentile(99.9), 0.999);
        return points;
    }

    private void append(StringBuilder points, double nanos, double share) {
        points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(nanos), y(share)));
    }

    private double x(double nanos) {
        double decade = Math.log10(Math.max(1, nanos) / NANOS_PER_MICRO);
        double span = Math.max(0.1, lastDecade - firstDecade);
        return LEFT + (decade - firstDecade) / span * (WIDTH - LEFT - RIGHT);
    }

    private static double y(double share) {
        double nines = -Math.log10(1 - share);
        return HEIGHT - BOTTOM - nines / NINES * (HEIGHT - TOP - BOTTOM);
    }
}
