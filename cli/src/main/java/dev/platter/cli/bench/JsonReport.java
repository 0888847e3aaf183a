package dev.platter.cli.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.platter.cli.bench.BenchResult.Outcome;
import dev.platter.cli.bench.BenchResult.Skipped;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * A run as one JSON object, every round of it. A figure that there is none of is null; who reads it
 * finds the layout's number in {@code format}, which grows when a member changes its meaning.
 */
final class JsonReport {
    static final int FORMAT = 1;

    private final BenchResult result;
    private final boolean goals;

    /**
     * A report.
     *
     * @param goals whether the table of goals is part of it
     */
    JsonReport(BenchResult result, boolean goals) {
        this.result = result;
        this.goals = goals;
    }

    String text() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeNumberField("format", FORMAT);
            writeMachine(json);
            writeOptions(json);
            json.writeArrayFieldStart("scenarios");
            for (Outcome outcome : result.outcomes()) {
                writeOutcome(json, outcome);
            }
            json.writeEndArray();
            if (goals) {
                writeGoals(json);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private void writeMachine(JsonGenerator json) throws IOException {
        Machine machine = result.machine();
        json.writeObjectFieldStart("machine");
        json.writeStringField("kernel", machine.kernel());
        json.writeNumberField("processors", machine.processors());
        json.writeStringField("processor", machine.processor());
        json.writeStringField("java", machine.java());
        json.writeStringField("fileSystem", machine.fileSystem());
        json.writeStringField("peers", machine.peers());
        json.writeEndObject();
    }

    private void writeOptions(JsonGenerator json) throws IOException {
        BenchOptions options = result.options();
        json.writeObjectFieldStart("options");
        json.writeStringField("suite", goals ? "goals" : options.suite().toString());
        json.writeNumberField("rounds", options.rounds());
        json.writeNumberField("seconds", seconds(options.roundNanos()));
        json.writeNumberField("warmUpSeconds", seconds(options.warmUpNanos()));
        json.writeNumberField("imageBytes", result.imageBytes());
        json.writeBooleanField("guestPolls", options.polling());
        json.writeNumberField("seed", options.seed());
        json.writeEndObject();
    }

    private static double seconds(long nanos) {
        return nanos / (double) TimeUnit.SECONDS.toNanos(1);
    }

    private static void writeOutcome(JsonGenerator json, Outcome outcome) throws IOException {
        Scenario scenario = outcome.scenario();
        Load load = scenario.load();
        json.writeStartObject();
        json.writeStringField("id", scenario.id());
        json.writeStringField("title", scenario.title());
        json.writeBooleanField("write", load.write());
        json.writeBooleanField("sequential", load.sequential());
        json.writeBooleanField("direct", scenario.direct());
        json.writeNumberField("blockBytes", load.blockBytes());
        json.writeNumberField("depth", load.depth());
        json.writeNumberField("queues", load.queues());
        json.writeArrayFieldStart("contenders");
        for (Measurement measurement : outcome.measurements()) {
            writeMeasurement(json, measurement);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("notMeasured");
        for (Skipped skipped : outcome.skipped()) {
            json.writeStartObject();
            json.writeStringField("id", skipped.contender().id());
            json.writeStringField("reason", skipped.reason());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void writeMeasurement(JsonGenerator json, Measurement measurement)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("id", measurement.contender().id());
        json.writeStringField("label", measurement.label());
        writeFigure(json, "perSecond", measurement, Sample::perSecond);
        writeFigure(json, "p50Micros", measurement, Sample::p50Micros);
        writeFigure(json, "p99Micros", measurement, Sample::p99Micros);
        writeFigure(json, "p999Micros", measurement, Sample::p999Micros);
        writeFigure(json, "cpuMicrosPerRequest", measurement, Sample::cpuMicrosPerRequest);
        writeNumber(json, "systemCallsPerRequest", measurement.systemCallsPerRequest());
        json.writeObjectFieldStart("systemCalls");
        for (Map.Entry<String, Double> call : measurement.systemCalls().entrySet()) {
            writeNumber(json, call.getKey(), call.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void writeFigure(
            JsonGenerator json,
            String name,
            Measurement measurement,
            ToDoubleFunction<Sample> figure)
            throws IOException {
        json.writeObjectFieldStart(name);
        writeSpread(json, measurement.spread(figure));
        json.writeArrayFieldStart("rounds");
        for (double value : measurement.values(figure)) {
            if (Double.isFinite(value)) {
                json.writeNumber(value);
            } else {
                json.writeNull();
            }
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void writeSpread(JsonGenerator json, Spread spread) throws IOException {
        writeNumber(json, "median", spread.median());
        writeNumber(json, "min", spread.min());
        writeNumber(json, "max", spread.max());
    }

    private static void writeNumber(JsonGenerator json, String name, double value)
            throws IOException {
        if (Double.isFinite(value)) {
            json.writeNumberField(name, value);
        } else {
            json.writeNullField(name);
        }
    }

    private void writeGoals(JsonGenerator json) throws IOException {
        List<Goal.Result> results = GoalsReport.results(result);
        json.writeArrayFieldStart("goals");
        for (Goal.Result held : results) {
            Goal goal = held.goal();
            json.writeStartObject();
            json.writeStringField("goal", goal.what());
            json.writeStringField("scenario", goal.scenario());
            json.writeStringField("figure", goal.figure().name().toLowerCase(Locale.ROOT));
            json.writeStringField("asked", goal.figure().sign() + " " + goal.bound());
            json.writeStringField("ours", goal.ours());
            json.writeStringField("over", held.rival());
            writeNumber(json, "oursMedian", held.ourFigure());
            writeNumber(json, "overMedian", held.rivalFigure());
            json.writeObjectFieldStart("measured");
            writeSpread(json, held.ratio());
            json.writeEndObject();
            json.writeStringField("verdict", held.verdict().name().toLowerCase(Locale.ROOT));
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
