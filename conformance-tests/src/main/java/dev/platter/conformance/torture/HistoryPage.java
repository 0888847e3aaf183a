package dev.platter.conformance.torture;

import dev.platter.conformance.model.Violation;
import java.util.List;
import java.util.Optional;

/** A page that stands by itself: what was tried, and the first violating history as a picture. */
public final class HistoryPage {
    private static final String STYLE =
            """
            body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:1200px;padding:0 1rem;color:#111}
            h1{font-size:1.4rem}table{border-collapse:collapse}td,th{padding:.25rem .8rem .25rem 0;text-align:left}
            pre{background:#f5f5f5;padding:.8rem;overflow:auto}.bad{color:#b00020}.good{color:#1b7f3b}
            .picture{overflow-x:auto;border:1px solid #ddd}.key span{display:inline-block;margin-right:1.2rem}
            .key i{display:inline-block;width:1em;height:1em;border-radius:3px;margin-right:.3em;vertical-align:-2px}
            """;

    private static final String KEY =
            """
            <p class='key'><span><i style='background:#c3d7f6'></i>write</span>
            <span><i style='background:#6f9ce8'></i>durable write (FUA)</span>
            <span><i style='background:#dccdf0'></i>zeroes or discard</span>
            <span><i style='background:#b08ad9'></i>the same, durable</span>
            <span><i style='background:#55b873'></i>flush</span>
            <span><i style='background:#dcdcdc'></i>read</span>
            <span>framed: what the violation is about</span><span>dashed: failed or not answered</span></p>
            """;

    private HistoryPage() {}

    /**
     * The page.
     *
     * @param subject what was under trial, in one sentence
     * @param summaries what was found, one a row
     */
    public static String html(String subject, List<TrialSummary> summaries) {
        StringBuilder page = new StringBuilder();
        page.append("<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>")
                .append("<title>platter torture</title><style>\n")
                .append(STYLE)
                .append("</style></head><body>\n<h1>Power cuts</h1>\n<p>")
                .append(HistoryPicture.escaped(subject))
                .append("</p>\n<table><tr><th>clients</th><th>trials</th><th>power cuts</th>")
                .append("<th>requests</th><th>violations</th><th>seeds from</th></tr>\n");
        for (TrialSummary summary : summaries) {
            page.append(
                    "<tr><td>%s</td><td>%d</td><td>%d</td><td>%d</td><td>%d</td><td>%d</td></tr>%n"
                            .formatted(
                                    HistoryPicture.escaped(summary.name()),
                                    summary.trials(),
                                    summary.powerCuts(),
                                    summary.requests(),
                                    summary.violating().size(),
                                    summary.firstSeed()));
        }
        page.append("</table>\n");
        Optional<TrialResult> first =
                summaries.stream().flatMap(summary -> summary.violating().stream()).findFirst();
        if (first.isPresent()) {
            violation(page, first.get());
        } else {
            page.append("<p class='good'>No promise was broken.</p>\n");
        }
        return page.append("</body></html>\n").toString();
    }

    private static void violation(StringBuilder page, TrialResult result) {
        page.append("<h1 class='bad'>The first broken promise</h1>\n<p>Seed ")
                .append(result.seed())
                .append(", power cycle ")
                .append(result.cycle())
                .append(": ")
                .append(HistoryPicture.escaped(result.cut()))
                .append("</p>\n");
        Violation shown = result.violations().getFirst();
        page.append("<p class='bad'>Rule ")
                .append(shown.rule().number())
                .append(" (")
                .append(shown.rule().label())
                .append("): ")
                .append(HistoryPicture.escaped(shown.what()))
                .append("</p>\n");
        int more = result.violations().size() - 1;
        if (more > 0) {
            page.append("<p>Further blocks that the same cut broke: ")
                    .append(more)
                    .append("; all are below the picture.</p>\n");
        }
        page.append(KEY)
                .append("<div class='picture'>")
                .append(new HistoryPicture(result).svg())
                .append("</div>\n<p>What to look at: ")
                .append(HistoryPicture.escaped(shown.rule().hint()))
                .append("</p>\n<pre>")
                .append(HistoryPicture.escaped(result.report()))
                .append("</pre>\n");
    }
}
