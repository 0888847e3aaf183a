package dev.platter.cli.bench;

import dev.platter.cli.bench.BenchResult.Outcome;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** A run's figures as tables for people. */
final class TextReport {
    static final List<String> HEADINGS =
            List.of(
                    "contender",
                    "per second",
                    "(min..max)",
                    "p50 us",
                    "p99 us",
                    "p99.9 us",
                    "CPU us/request",
                    "(min..max)",
                    "calls/request");

    private final BenchResult result;

    TextReport(BenchResult result) {
        this.result = result;
    }

    void print(PrintWriter out) {
        out.println(heading(result));
        for (Outcome outcome : result.outcomes()) {
            out.println();
            out.println(outcome.scenario().id() + ": " + outcome.scenario().title());
            List<List<String>> table = new ArrayList<>();
            table.add(HEADINGS);
            outcome.measurements().forEach(measurement -> table.add(cells(measurement)));
            printTable(out, table);
            outcome.skipped()
                    .forEach(
                            skipped ->
                                    out.println(
                                            "  not measured: "
                                                    + skipped.contender().id()
                                                    + ": "
                                                    + skipped.reason()));
        }
    }

    /** What was measured where and how, in one paragraph. */
    static String heading(BenchResult result) {
        Machine machine = result.machine();
        return String.format(
                Locale.ROOT,
                "%d x %s, Linux %s, Java %s; %s; image of %d MiB on %s.%n"
                        + "Medians of %d alternating rounds of %.1f s with (min..max); CPU is the server's process; the guest %s.",
                machine.processors(),
                machine.processor(),
                machine.kernel(),
                machine.java(),
                machine.peers(),
                result.imageBytes() >> 20,
                machine.fileSystem(),
                result.options().rounds(),
                result.options().roundNanos() / (double) TimeUnit.SECONDS.toNanos(1),
                result.options().polling() ? "polls" : "waits for calls");
    }

    static List<String> cells(Measurement measurement) {
        Spread rate = measurement.spread(Sample::perSecond);
        Spread cpu = measurement.spread(Sample::cpuMicrosPerRequest);
        return List.of(
                measurement.label(),
                number(rate.median(), 0),
                range(rate, 0),
                number(measurement.spread(Sample::p50Micros).median(), 1),
                number(measurement.spread(Sample::p99Micros).median(), 1),
                number(measurement.spread(Sample::p999Micros).median(), 1),
                number(cpu.median(), 1),
                range(cpu, 1),
                number(measurement.systemCallsPerRequest(), 2));
    }

    /** A figure; a dash where there is none. */
    static String number(double value, int digits) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    static String range(Spread spread, int digits) {
        return spread.known()
                ? "(" + number(spread.min(), digits) + ".." + number(spread.max(), digits) + ")"
                : "-";
    }

    /** Prints lines of cells, the first column to the left, the others to the right. */
    static void printTable(PrintWriter out, List<List<String>> table) {
        int columns = table.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> line : table) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        for (List<String> line : table) {
            StringBuilder text = new StringBuilder("  ");
            for (int i = 0; i < columns; i++) {
                String padding = " ".repeat(widths[i] - line.get(i).length());
                text.append(i == 0 ? line.get(i) + padding : padding + line.get(i)).append("  ");
            }
            out.println(text.toString().stripTrailing());
        }
    }
}
