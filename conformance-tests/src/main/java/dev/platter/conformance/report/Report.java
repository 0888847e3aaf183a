package dev.platter.conformance.report;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What was found in this virtual machine so far. Any thread may call. */
public final class Report {
    /** How a test of a rule ended. */
    public enum Outcome {
        /** Proven wrong. */
        BROKEN,

        /** Tested and kept. */
        KEPT,

        /** Not tested, for a reason. */
        SKIPPED
    }

    /** One backend in one cache mode. */
    private record Subject(String backend, String mode) {}

    /** What was found about one subject. */
    private static final class Findings {
        private long trials;
        private long violations;
        private final Map<Integer, Outcome> rules = new TreeMap<>();
        private final Set<String> reasons = new TreeSet<>();
    }

    private static final Report ALL = new Report();

    private final Map<Subject, Findings> findings = new LinkedHashMap<>();
    private final Set<String> lines = new TreeSet<>();

    private Report() {}

    /** The report of this virtual machine. */
    public static Report get() {
        return ALL;
    }

    private Findings of(String backend, String mode) {
        return findings.computeIfAbsent(new Subject(backend, mode), any -> new Findings());
    }

    /** Counts a trial, and the violation that it found. */
    public synchronized void trial(String backend, String mode, boolean violation) {
        Findings found = of(backend, mode);
        found.trials++;
        if (violation) {
            found.violations++;
        }
    }

    /** Notes how a test of some rules ended; of several results of a rule the worst counts. */
    public synchronized void rules(String backend, String mode, int[] rules, Outcome outcome) {
        Findings found = of(backend, mode);
        for (int rule : rules) {
            found.rules.merge(rule, outcome, (a, b) -> a.compareTo(b) < 0 ? a : b);
        }
    }

    /** Notes why tests were skipped. */
    public synchronized void reason(String backend, String mode, String reason) {
        of(backend, mode).reasons.add(reason.replaceFirst("^Assumption failed: ", ""));
    }

    /** Adds a line to the summary. */
    public synchronized void line(String line) {
        lines.add(line);
    }

    /** Whether nothing was found out. */
    public synchronized boolean isEmpty() {
        return findings.isEmpty() && lines.isEmpty();
    }

    /** Trials and violations of each backend and mode, and the lines added. */
    public synchronized String summary() {
        StringBuilder text = new StringBuilder();
        findings.forEach(
                (subject, found) ->
                        text.append(
                                "conformance: %-24s %-14s %7d trials, %d violations%n"
                                        .formatted(
                                                subject.backend,
                                                subject.mode,
                                                found.trials,
                                                found.violations)));
        lines.forEach(line -> text.append("conformance: ").append(line).append('\n'));
        return text.toString();
    }

    /** The matrix: a row for each backend and mode, a column for each rule. */
    public synchronized List<Row> rows() {
        Collection<Integer> columns = columns();
        return findings.entrySet().stream()
                .map(
                        entry ->
                                new Row(
                                        entry.getKey().backend,
                                        entry.getKey().mode,
                                        entry.getValue().trials,
                                        entry.getValue().violations,
                                        outcomes(entry.getValue(), columns),
                                        List.copyOf(entry.getValue().reasons)))
                .toList();
    }

    private Collection<Integer> columns() {
        Set<Integer> columns = new TreeSet<>();
        findings.values().forEach(found -> columns.addAll(found.rules.keySet()));
        return columns;
    }

    private static Map<Integer, String> outcomes(Findings found, Collection<Integer> columns) {
        Map<Integer, String> outcomes = new TreeMap<>();
        for (Integer rule : columns) {
            Outcome outcome = found.rules.get(rule);
            outcomes.put(
                    rule, outcome == null ? "" : outcome.name().toLowerCase(java.util.Locale.ROOT));
        }
        return outcomes;
    }

    /**
     * A row of the matrix.
     *
     * @param outcomes by rule: {@code kept}, {@code broken}, {@code skipped}, or empty
     * @param reasons why tests were skipped
     */
    public record Row(
            String backend,
            String mode,
            long trials,
            long violations,
            Map<Integer, String> outcomes,
            List<String> reasons) {}
}
