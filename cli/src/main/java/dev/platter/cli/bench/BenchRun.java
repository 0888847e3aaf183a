package dev.platter.cli.bench;

import java.io.PrintWriter;
import java.util.List;
import java.util.function.Consumer;

/** A run that is over, and what can be made of it. */
public final class BenchRun {
    private final BenchResult result;
    private final boolean goals;

    private BenchRun(BenchResult result, boolean goals) {
        this.result = result;
        this.goals = goals;
    }

    /** Measures the chosen suite, or what the goals are about. */
    public static BenchRun measure(BenchOptions options, boolean goals, Consumer<String> progress)
            throws BenchException, InterruptedException {
        return new BenchRun(new Bench(options, progress).run(scenarios(options, goals)), goals);
    }

    private static List<Scenario> scenarios(BenchOptions options, boolean goals) {
        return goals ? Goals.scenarios() : Scenarios.of(options.suite());
    }

    /** Whether the filter leaves anything to measure. */
    public static boolean anything(BenchOptions options, boolean goals) {
        return !Bench.select(scenarios(options, goals), options).isEmpty();
    }

    /** Prints what would be measured, a line each. */
    public static void list(BenchOptions options, boolean goals, PrintWriter out) {
        for (Scenario scenario : Bench.select(scenarios(options, goals), options)) {
            scenario.contenders()
                    .forEach(contender -> out.println(scenario.id() + "/" + contender.id()));
        }
    }

    /** Prints the tables. */
    public void print(PrintWriter out) {
        new TextReport(result).print(out);
        if (goals) {
            GoalsReport.print(result, out);
        }
    }

    /** The run as one JSON object. */
    public String json() {
        return new JsonReport(result, goals).text();
    }

    /** The run as one page with plots. */
    public String html() {
        return new HtmlReport(result, goals).text();
    }

    /** Whether a server failed while it was measured, or there was nobody to measure. */
    public boolean failed() {
        return result.failed();
    }
}
