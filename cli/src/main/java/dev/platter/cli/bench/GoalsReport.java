package dev.platter.cli.bench;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The table of goals: what was asked, what was measured, what came of it. */
final class GoalsReport {
    static final List<String> HEADINGS =
            List.of(
                    "goal",
                    "figure",
                    "asked",
                    "measured",
                    "(min..max)",
                    "ours",
                    "theirs",
                    "over",
                    "verdict");

    private GoalsReport() {}

    /** The goals whose scenario was run: a filter may have left the others out. */
    static List<Goal.Result> results(BenchResult result) {
        return Goals.all().stream()
                .filter(goal -> result.outcome(goal.scenario()).isPresent())
                .map(goal -> goal.against(result))
                .toList();
    }

    static void print(BenchResult result, PrintWriter out) {
        List<List<String>> table = new ArrayList<>();
        table.add(HEADINGS);
        int held = 0;
        int missed = 0;
        List<Goal.Result> results = results(result);
        for (Goal.Result goal : results) {
            table.add(cells(goal));
            held += goal.verdict() == Goal.Verdict.HOLDS ? 1 : 0;
            missed += goal.verdict() == Goal.Verdict.MISSED ? 1 : 0;
        }
        out.println();
        out.println("Platter's goals (ratios are medians of the ratios round by round):");
        TextReport.printTable(out, table);
        out.printf(
                "%d hold, %d do not, %d were not measured; that a request allocates no heap is asserted by tests.%n",
                held, missed, results.size() - held - missed);
    }

    static List<String> cells(Goal.Result result) {
        Goal goal = result.goal();
        boolean alone = goal.rivals().isEmpty();
        return List.of(
                goal.what(),
                goal.figure().text(),
                goal.figure().sign() + " " + goal.bound() + (alone ? "" : " x"),
                TextReport.number(result.ratio().median(), 2)
                        + (alone || !result.ratio().known() ? "" : " x"),
                alone ? "-" : TextReport.range(result.ratio(), 2),
                TextReport.number(result.ourFigure(), digits(goal)),
                TextReport.number(result.rivalFigure(), digits(goal)),
                result.rival().isEmpty() ? "-" : result.rival(),
                result.verdict().name().toLowerCase(Locale.ROOT).replace('_', ' '));
    }

    private static int digits(Goal goal) {
        return switch (goal.figure()) {
            case PER_SECOND -> 0;
            case CPU, P99 -> 1;
            case CALLS -> 2;
        };
    }
}
