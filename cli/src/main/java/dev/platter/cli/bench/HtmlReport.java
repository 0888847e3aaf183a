package dev.platter.cli.bench;

import dev.platter.cli.bench.BenchResult.Outcome;
import dev.platter.cli.bench.BenchResult.Skipped;
import java.util.List;
import java.util.Locale;

/** A run as one page: a table and plots a scenario. Everything is in the page; no script runs. */
final class HtmlReport {
    private static final String STYLE =
            """
            * { box-sizing: border-box; }
            body { margin: 0 auto; padding: 24px; max-width: 1280px; background: var(--paper); color: var(--ink);
              font: 15px/1.5 system-ui, sans-serif; }
            h1 { font-size: 24px; margin: 0 0 8px; } h2 { font-size: 18px; margin: 40px 0 2px; }
            p { margin: 4px 0 12px; color: var(--soft); max-width: 80ch; }
            nav { column-width: 240px; margin: 16px 0; } nav a { color: var(--f0); display: block; }
            .wide { overflow-x: auto; } table { border-collapse: collapse; font-size: 13px; width: 100%; }
            td:last-child, th:last-child { padding-right: 2px; }
            th { text-align: right; font-weight: 600; color: var(--soft); border-bottom: 1px solid var(--line);
              padding: 4px 8px; vertical-align: bottom; }
            td { text-align: right; padding: 4px 8px; border-bottom: 1px solid var(--line); white-space: nowrap;
              font-variant-numeric: tabular-nums; }
            th:first-child, td:first-child { text-align: left; padding-left: 0; }
            .goals td:first-child { white-space: normal; min-width: 250px; }
            .goals td:nth-child(8) { white-space: normal; overflow-wrap: anywhere; min-width: 150px; }
            .goals th:last-child, .goals td:last-child { text-align: left; padding-left: 16px; }
            tr:hover td { background: var(--band); }
            .range { color: var(--soft); } .holds { color: var(--f3); font-weight: 600; }
            .missed { color: var(--f2); font-weight: 600; } .absent { color: var(--soft); }
            .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr));
              gap: 12px 28px; margin: 14px 0; align-items: start; }
            svg { width: 100%; max-width: 640px; height: auto; } svg text { fill: var(--ink); font: 13px system-ui, sans-serif; }
            svg .title { font-weight: 600; } svg .label { text-anchor: end; } svg .tick { text-anchor: middle; }
            svg .name { fill: var(--soft); } svg .number { font-variant-numeric: tabular-nums; } svg .grid { stroke: var(--line); }
            svg .faint { stroke-opacity: 0.5; } svg .bar { fill: var(--c); stroke: none; fill-opacity: 0.75; }
            svg .whisker { stroke: var(--ink); stroke-width: 1.3; }
            svg .curve { fill: none; stroke: var(--c); stroke-width: 2; }
            .key { width: 30px; height: 10px; margin-right: 8px; } .key line { stroke: var(--c); stroke-width: 3; }
            """;

    private final BenchResult result;
    private final boolean goals;
    private final StringBuilder page = new StringBuilder();

    /**
     * A page.
     *
     * @param goals whether the table of goals is part of it
     */
    HtmlReport(BenchResult result, boolean goals) {
        this.result = result;
        this.goals = goals;
    }

    String text() {
        page.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>")
                .append("<meta name=\"color-scheme\" content=\"light dark\"/>")
                .append("<title>Platter, measured</title>\n<style>\n")
                .append(Colours.STYLE)
                .append(STYLE)
                .append("</style></head>\n<body>\n<h1>Platter, measured</h1>\n");
        TextReport.heading(result).lines().forEach(line -> element("p", line));
        if (goals) {
            writeGoals();
        }
        page.append("<nav>");
        for (Outcome outcome : result.outcomes()) {
            String id = Svg.escape(outcome.scenario().id());
            page.append("<a href=\"#").append(id).append("\">").append(id).append("</a>");
        }
        page.append("</nav>\n");
        result.outcomes().forEach(this::writeOutcome);
        return page.append("</body></html>\n").toString();
    }

    private void writeGoals() {
        page.append("<h2>Goals</h2>\n");
        element(
                "p",
                "Platter's goals for its own speed. A ratio is the median of the ratios round by round, with the least and the greatest.");
        page.append("<div class=\"wide\"><table class=\"goals\"><thead><tr>");
        GoalsReport.HEADINGS.forEach(heading -> element("th", heading));
        page.append("</tr></thead><tbody>\n");
        for (Goal.Result goal : GoalsReport.results(result)) {
            List<String> cells = GoalsReport.cells(goal);
            page.append("<tr>");
            cells.subList(0, cells.size() - 1).forEach(cell -> element("td", cell));
            String verdict =
                    switch (goal.verdict()) {
                        case HOLDS -> "holds";
                        case MISSED -> "missed";
                        case NOT_MEASURED -> "absent";
                    };
            page.append("<td class=\"").append(verdict).append("\">");
            page.append(Svg.escape(cells.getLast())).append("</td></tr>\n");
        }
        page.append("</tbody></table></div>\n");
    }

    private void writeOutcome(Outcome outcome) {
        List<Measurement> measurements = outcome.measurements();
        Colours colours = new Colours(measurements);
        page.append("<section id=\"").append(Svg.escape(outcome.scenario().id())).append("\">");
        element("h2", outcome.scenario().id());
        element("p", outcome.scenario().title());
        writeTable(measurements, colours);
        page.append("<div class=\"plots\">\n");
        page.append(
                new BarChart("Requests a second", m -> m.spread(Sample::perSecond), 0)
                        .draw(measurements, colours));
        page.append(new LatencyChart().draw(measurements, colours));
        page.append(
                new BarChart(
                                "Processor time a request, us",
                                m -> m.spread(Sample::cpuMicrosPerRequest),
                                1)
                        .draw(measurements, colours));
        page.append(
                new BarChart("System calls a request", m -> Spread.of(m.systemCallsPerRequest()), 2)
                        .draw(measurements, colours));
        page.append("</div>\n");
        for (Skipped skipped : outcome.skipped()) {
            element("p", "Not measured: " + skipped.contender().id() + ": " + skipped.reason());
        }
        page.append("</section>\n");
    }

    private void writeTable(List<Measurement> measurements, Colours colours) {
        page.append("<div class=\"wide\"><table><thead><tr>");
        TextReport.HEADINGS.forEach(heading -> element("th", heading));
        page.append("</tr></thead><tbody>\n");
        for (Measurement measurement : measurements) {
            page.append("<tr><td>");
            page.append(
                    String.format(
                            Locale.ROOT,
                            "<svg class=\"key\" viewBox=\"0 0 30 10\" aria-hidden=\"true\" xmlns=\"http://www.w3.org/2000/svg\"><line class=\"%s\" x1=\"0\" y1=\"5\" x2=\"30\" y2=\"5\"/></svg>",
                            colours.of(measurement)));
            List<String> cells = TextReport.cells(measurement);
            page.append(Svg.escape(cells.getFirst())).append("</td>");
            for (String cell : cells.subList(1, cells.size())) {
                page.append(cell.startsWith("(") ? "<td class=\"range\">" : "<td>");
                page.append(Svg.escape(cell)).append("</td>");
            }
            page.append("</tr>\n");
        }
        page.append("</tbody></table></div>\n");
    }

    private void element(String name, String text) {
        page.append('<').append(name).append('>').append(Svg.escape(text));
        page.append("</").append(name).append(">\n");
    }
}
