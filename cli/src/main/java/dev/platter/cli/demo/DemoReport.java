package dev.platter.cli.demo;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The outcome of a demonstration, for people and for machines.
 *
 * @param guest who played the guest
 * @param source where the call counts come from
 * @param writes how many synchronous writes each count is for
 * @param rows one a mode
 * @param contradictions what contradicts the promises
 */
record DemoReport(
        String guest, String source, int writes, List<DemoRow> rows, List<String> contradictions) {
    private static final String[] HEADINGS = {
        "cache=",
        "host open flags",
        "guest cache_type",
        "host calls",
        "after the switch to",
        "at the switch",
        "host calls",
        "median",
        "per second"
    };

    /** Prints the table and the sentence on what it shows. */
    void print(PrintWriter out) {
        out.println("Guest: " + guest + ".");
        out.println(
                "Host calls for "
                        + writes
                        + " synchronous 4 KiB writes (O_DIRECT|O_DSYNC in the guest), seen by "
                        + source
                        + ";");
        out.println(
                "before the switch of cache_type one write was left volatile; latency and rate at depth 1.");
        out.println();
        List<String[]> table = new ArrayList<>();
        table.add(HEADINGS);
        rows.forEach(row -> table.add(cells(row)));
        int[] widths = widths(table);
        for (String[] line : table) {
            out.println(format(line, widths));
        }
        out.println();
        if (contradictions.isEmpty()) {
            out.println(conclusion());
        } else {
            out.println("The table contradicts the modes' promises:");
            contradictions.forEach(sentence -> out.println("  " + sentence));
        }
    }

    private String conclusion() {
        boolean byFlag =
                rows.stream()
                        .anyMatch(
                                row ->
                                        row.calls().durableWrites() > 0
                                                || row.callsAfterSwitch().durableWrites() > 0);
        return "Every mode keeps its promise: under \"write back\" the guest's flush costs an fdatasync a write, under \"write through\" "
                + (byFlag
                        ? "one pwritev2(RWF_DSYNC) does both,"
                        : "the server follows each write with fdatasync (this file system calls for that),")
                + " the guest may switch while it runs, and unsafe promises nothing.";
    }

    private static String[] cells(DemoRow row) {
        return new String[] {
            row.mode(),
            row.openFlags(),
            row.cacheType(),
            row.calls().text(),
            row.switchedTo(),
            row.callsAtSwitch().text(),
            row.callsAfterSwitch().text(),
            String.format(Locale.ROOT, "%.0f us", row.timing().medianMicros()),
            String.format(Locale.ROOT, "%.0f", row.timing().perSecond())
        };
    }

    private static int[] widths(List<String[]> table) {
        int[] widths = new int[HEADINGS.length];
        for (String[] line : table) {
            for (int i = 0; i < line.length; i++) {
                widths[i] = Math.max(widths[i], line[i].length());
            }
        }
        return widths;
    }

    private static String format(String[] line, int[] widths) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < line.length; i++) {
            String padding = " ".repeat(widths[i] - line[i].length());
            boolean number = i >= line.length - 2;
            text.append(number ? padding + line[i] : line[i] + padding).append("  ");
        }
        return text.toString().stripTrailing();
    }

    /** The report as one JSON object. */
    String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeStringField("guest", guest);
            json.writeStringField("callsSeenBy", source);
            json.writeNumberField("synchronousWrites", writes);
            json.writeArrayFieldStart("modes");
            for (DemoRow row : rows) {
                writeRow(json, row);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("contradictions");
            for (String sentence : contradictions) {
                json.writeString(sentence);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void writeRow(JsonGenerator json, DemoRow row) throws IOException {
        json.writeStartObject();
        json.writeStringField("cache", row.mode());
        json.writeStringField("openFlags", row.openFlags());
        json.writeStringField("cacheType", row.cacheType());
        writeCalls(json, "calls", row.calls());
        json.writeStringField("cacheTypeAfterSwitch", row.switchedTo());
        writeCalls(json, "callsAtSwitch", row.callsAtSwitch());
        writeCalls(json, "callsAfterSwitch", row.callsAfterSwitch());
        json.writeNumberField("medianMicros", row.timing().medianMicros());
        json.writeNumberField("writesPerSecond", row.timing().perSecond());
        json.writeEndObject();
    }

    private static void writeCalls(JsonGenerator json, String name, HostCalls calls)
            throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("write", calls.writes());
        json.writeNumberField("writeDsync", calls.durableWrites());
        json.writeNumberField("fdatasync", calls.syncs());
        json.writeEndObject();
    }
}
