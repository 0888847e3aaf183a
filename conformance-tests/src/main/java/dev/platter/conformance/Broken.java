package dev.platter.conformance;

import dev.platter.conformance.model.Violation;
import java.util.List;

/** A backend has broken a rule. The message is the whole report. */
public final class Broken extends AssertionError {
    private static final long serialVersionUID = 1L;

    private final int rule;
    private final transient List<Violation> violations;

    /** A rule that was seen to be broken directly. */
    public Broken(int rule, String what) {
        super("rule " + rule + " broken: " + what);
        this.rule = rule;
        violations = List.of();
    }

    /**
     * What the model found.
     *
     * @param violations one at least
     * @param context how it came about: backend, seed, crash state, history
     */
    public Broken(List<Violation> violations, String context) {
        super(report(violations, context));
        this.rule = violations.getFirst().rule().number();
        this.violations = List.copyOf(violations);
    }

    private static String report(List<Violation> violations, String context) {
        StringBuilder text = new StringBuilder(violations.getFirst().toString());
        if (violations.size() > 1) {
            text.append("\n  and ").append(violations.size() - 1).append(" more");
        }
        return text.append('\n').append(context).toString();
    }

    /** The number of the first rule. */
    public int rule() {
        return rule;
    }

    /** What the model found; empty where it was seen directly. */
    public List<Violation> violations() {
        return violations;
    }
}
