package dev.platter.cli.bench;

import dev.platter.cli.bench.BenchResult.Outcome;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * One of Platter's goals for its own speed: a figure of one contender, alone or over the same
 * figure of another.
 *
 * @param what the goal in words
 * @param scenario under which load
 * @param ours the contender it is about
 * @param rivals the others; the ratio is over the one of them with the most requests a second.
 *     Empty where the figure stands alone
 * @param figure what is compared
 * @param bound what the ratio, or the figure that stands alone, must reach or not exceed
 */
record Goal(
        String what,
        String scenario,
        String ours,
        List<String> rivals,
        Figure figure,
        double bound) {
    /** What goals are about. */
    enum Figure {
        PER_SECOND("per second", true),
        CPU("CPU us/request", false),
        P99("p99 us", false),
        CALLS("calls/request", false);

        private final String text;
        private final boolean more;

        Figure(String text, boolean moreIsBetter) {
            this.text = text;
            more = moreIsBetter;
        }

        String text() {
            return text;
        }

        String sign() {
            return more ? ">=" : "<=";
        }

        boolean holds(double value, double bound) {
            return more ? value >= bound : value <= bound;
        }

        double[] values(Measurement measurement) {
            return switch (this) {
                case PER_SECOND -> measurement.values(Sample::perSecond);
                case CPU -> measurement.values(Sample::cpuMicrosPerRequest);
                case P99 -> measurement.values(Sample::p99Micros);
                case CALLS -> new double[] {measurement.systemCallsPerRequest()};
            };
        }
    }

    /** What came of a goal. */
    enum Verdict {
        HOLDS,
        MISSED,
        /** A contender was not there. */
        NOT_MEASURED
    }

    /**
     * A goal against figures.
     *
     * @param rival the contender the ratio is over; empty where there is none
     * @param ourFigure our median
     * @param rivalFigure the rival's median; NaN where there is none
     * @param ratio round by round; of a figure that stands alone the figure itself
     */
    record Result(
            Goal goal,
            Verdict verdict,
            String rival,
            double ourFigure,
            double rivalFigure,
            Spread ratio) {}

    /** Holds the goal against what was measured. */
    Result against(BenchResult result) {
        Optional<Outcome> outcome = result.outcome(scenario);
        Optional<Measurement> our = outcome.flatMap(o -> o.of(ours));
        if (our.isEmpty()) {
            return notMeasured();
        }
        Spread ourSpread = Spread.of(figure.values(our.get()));
        if (rivals.isEmpty()) {
            return judged("", ourSpread, Spread.NONE, ourSpread);
        }
        Optional<Measurement> rival =
                rivals.stream()
                        .flatMap(id -> outcome.flatMap(o -> o.of(id)).stream())
                        .max(Comparator.comparingDouble(m -> m.spread(Sample::perSecond).median()));
        if (rival.isEmpty()) {
            return notMeasured();
        }
        double[] theirs = figure.values(rival.get());
        return judged(
                rival.get().contender().id(),
                ourSpread,
                Spread.of(theirs),
                Spread.ofRatios(figure.values(our.get()), theirs));
    }

    private Result judged(String rival, Spread our, Spread theirs, Spread ratio) {
        if (!ratio.known()) {
            return notMeasured();
        }
        Verdict verdict = figure.holds(ratio.median(), bound) ? Verdict.HOLDS : Verdict.MISSED;
        return new Result(this, verdict, rival, our.median(), theirs.median(), ratio);
    }

    private Result notMeasured() {
        return new Result(this, Verdict.NOT_MEASURED, "", Double.NaN, Double.NaN, Spread.NONE);
    }
}
