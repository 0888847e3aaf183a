package dev.platter.conformance.model;

import java.util.List;

/**
 * A promise that was broken.
 *
 * @param rule which one
 * @param block on which block, or -1 where it is not about one
 * @param what what was found, and what was promised, in one sentence
 * @param around the operations that matter, in the order of submission
 */
public record Violation(Rule rule, int block, String what, List<Operation> around) {
    /** Copies the list. */
    public Violation {
        around = List.copyOf(around);
    }

    /** The whole report: rule, sentence, operations, and what to look at. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append("rule ").append(rule.number()).append(" (").append(rule.label()).append(")");
        text.append(" broken: ").append(what).append('\n');
        for (Operation operation : around) {
            text.append("    ").append(operation).append('\n');
        }
        return text.append("  look at: ").append(rule.hint()).toString();
    }
}
