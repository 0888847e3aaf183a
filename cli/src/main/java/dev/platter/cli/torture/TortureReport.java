package dev.platter.cli.torture;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.platter.conformance.model.Rule;
import dev.platter.conformance.model.Violation;
import dev.platter.conformance.torture.HistoryPage;
import dev.platter.conformance.torture.TrialResult;
import dev.platter.conformance.torture.TrialSummary;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Collectors;

/** What trials have found, for a reader, for a program, and as a page. */
public final class TortureReport {
    private static final List<Rule> RULES =
            List.of(
                    Rule.TORN,
                    Rule.FLUSH,
                    Rule.FUA,
                    Rule.STICKY,
                    Rule.READ,
                    Rule.FOREIGN,
                    Rule.SETTLED);

    private final String subject;
    private final List<TrialSummary> summaries;

    /** A report. */
    public TortureReport(String subject, List<TrialSummary> summaries) {
        this.subject = subject;
        this.summaries = List.copyOf(summaries);
    }

    /** Whether no promise was broken. */
    public boolean kept() {
        return summaries.stream().allMatch(summary -> summary.violating().isEmpty());
    }

    /** Prints a line a series, the rules, and each violating history. */
    public void print(PrintWriter out) {
        out.println(subject);
        for (TrialSummary summary : summaries) {
            out.println(summary);
        }
        out.println(
                "Rules of docs/spi-contract.md that were checked: "
                        + RULES.stream()
                                .map(rule -> rule.number() + " (" + rule.label() + ")")
                                .collect(Collectors.joining(", "))
                        + ".");
        for (TrialSummary summary : summaries) {
            for (TrialResult result : summary.violating()) {
                out.println();
                out.println(summary.name() + ", " + result.report());
            }
        }
        out.println(
                kept()
                        ? "No promise was broken."
                        : "A promise was broken; repeat it with the seed above.");
    }

    /** The page. */
    public String html() {
        return HistoryPage.html(subject, summaries);
    }

    /** The report as one JSON object. */
    public String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeStringField("subject", subject);
            json.writeBooleanField("kept", kept());
            json.writeFieldName("rules");
            json.writeArray(RULES.stream().mapToInt(Rule::number).toArray(), 0, RULES.size());
            json.writeArrayFieldStart("series");
            for (TrialSummary summary : summaries) {
                write(json, summary);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, TrialSummary summary) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", summary.name());
        json.writeNumberField("firstSeed", summary.firstSeed());
        json.writeNumberField("trials", summary.trials());
        json.writeNumberField("powerCuts", summary.powerCuts());
        json.writeNumberField("requests", summary.requests());
        json.writeArrayFieldStart("violations");
        for (TrialResult result : summary.violating()) {
            for (Violation violation : result.violations()) {
                json.writeStartObject();
                json.writeNumberField("seed", result.seed());
                json.writeNumberField("powerCycle", result.cycle());
                json.writeStringField("cut", result.cut());
                json.writeNumberField("rule", violation.rule().number());
                json.writeStringField("label", violation.rule().label());
                json.writeNumberField("block", violation.block());
                json.writeStringField("what", violation.what());
                json.writeEndObject();
            }
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
