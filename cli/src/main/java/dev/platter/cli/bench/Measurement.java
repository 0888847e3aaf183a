package dev.platter.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/** What all rounds saw of one contender in one scenario. Grows as rounds end; one thread's. */
final class Measurement {
    private final Contender contender;
    private final String label;
    private final List<Sample> samples = new ArrayList<>();
    private final Histogram latencies = Latencies.histogram();
    private SortedMap<String, Double> systemCalls = new TreeMap<>();

    Measurement(Contender contender, String label) {
        this.contender = contender;
        this.label = label;
    }

    void add(Sample sample) {
        samples.add(sample);
    }

    void systemCalls(SortedMap<String, Double> perRequest) {
        systemCalls = perRequest;
    }

    Contender contender() {
        return contender;
    }

    /** Who it is, for people; with the version of a peer. */
    String label() {
        return label;
    }

    List<Sample> samples() {
        return samples;
    }

    /** One figure of every round, in the order of the rounds. */
    double[] values(ToDoubleFunction<Sample> figure) {
        return samples.stream().mapToDouble(figure).toArray();
    }

    Spread spread(ToDoubleFunction<Sample> figure) {
        return Spread.of(values(figure));
    }

    /** System calls a request by name; empty where they were not counted. */
    SortedMap<String, Double> systemCalls() {
        return systemCalls;
    }

    /** System calls a request; NaN where they were not counted. */
    double systemCallsPerRequest() {
        return systemCalls.isEmpty()
                ? Double.NaN
                : systemCalls.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    /** The latencies of all rounds, in nanoseconds; whoever measures a round adds to them. */
    Histogram latencies() {
        return latencies;
    }
}
