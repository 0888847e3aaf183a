package dev.platter.conformance.torture;

import dev.platter.conformance.model.History;
import dev.platter.conformance.model.Violation;
import java.util.List;

/**
 * How one power cycle of a trial ended.
 *
 * @param seed the trial's; the same one repeats the requests and the cut
 * @param cycle which power cycle of the trial, from 0
 * @param history all requests
 * @param contents what the disk held after the cut, by {@link dev.platter.conformance.model.Stamps}
 * @param cut how the power was cut
 * @param violations none where all is well
 */
public record TrialResult(
        long seed,
        int cycle,
        History history,
        List<Integer> contents,
        String cut,
        List<Violation> violations) {
    /** Copies the lists. */
    public TrialResult {
        contents = List.copyOf(contents);
        violations = List.copyOf(violations);
    }

    /** Seed, cut, violations and the whole history. */
    public String report() {
        StringBuilder text = new StringBuilder();
        text.append("seed ").append(seed).append(", power cycle ").append(cycle).append(": ");
        text.append(cut).append('\n');
        violations.forEach(violation -> text.append(violation).append('\n'));
        return text.append(history).toString();
    }
}
