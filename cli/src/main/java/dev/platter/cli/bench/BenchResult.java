package dev.platter.cli.bench;

import java.util.List;
import java.util.Optional;

/**
 * Everything one run has measured.
 *
 * @param machine what it ran on
 * @param options how
 * @param imageBytes the size of the image
 * @param outcomes one a scenario
 */
record BenchResult(Machine machine, BenchOptions options, long imageBytes, List<Outcome> outcomes) {
    /**
     * What came of a scenario.
     *
     * @param measurements whoever was measured
     * @param skipped whoever was not, with the reason
     * @param failed whether somebody failed after it was up
     */
    record Outcome(
            Scenario scenario,
            List<Measurement> measurements,
            List<Skipped> skipped,
            boolean failed) {
        Optional<Measurement> of(String contender) {
            return measurements.stream()
                    .filter(measurement -> measurement.contender().id().equals(contender))
                    .findFirst();
        }
    }

    /**
     * A contender that was not measured.
     *
     * @param reason why, in half a sentence
     */
    record Skipped(Contender contender, String reason) {}

    Optional<Outcome> outcome(String scenario) {
        return outcomes.stream()
                .filter(outcome -> outcome.scenario().id().equals(scenario))
                .findFirst();
    }

    boolean failed() {
        return outcomes.stream()
                .anyMatch(outcome -> outcome.failed() || outcome.measurements().isEmpty());
    }
}
