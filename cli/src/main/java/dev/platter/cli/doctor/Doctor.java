package dev.platter.cli.doctor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An examination: of the machine, and of one place for images. */
public final class Doctor {
    private final Path path;
    private final List<Finding> findings;
    private final Durability durability;

    private Doctor(Path path, List<Finding> findings, Durability durability) {
        this.path = path;
        this.findings = findings;
        this.durability = durability;
    }

    /** Examines the machine, and what images at a path would get. */
    public static Doctor examine(Path path) {
        List<Finding> findings = new ArrayList<>(MachineCheck.findings());
        Durability durability = Durability.of(path);
        findings.addAll(durability.findings());
        findings.addAll(PathCheck.findings(path));
        return new Doctor(path, findings, durability);
    }

    /** Whether disks can be served. */
    public boolean healthy() {
        return findings.stream().noneMatch(finding -> finding.verdict() == Finding.Verdict.BAD);
    }

    /** Prints a line a finding, and what follows from all. */
    public void print(PrintWriter out) {
        for (Finding finding : findings) {
            out.printf(
                    "%-4s  %-14s  %s%n",
                    finding.verdict().word(), finding.subject(), finding.text());
        }
        out.println();
        out.println(
                healthy()
                        ? "Platter can serve disks from " + path + "."
                        : "Platter cannot serve disks from " + path + "; see BAD above.");
    }

    /** The examination as one JSON object. */
    public String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeStringField("path", path.toString());
            json.writeBooleanField("healthy", healthy());
            json.writeArrayFieldStart("findings");
            for (Finding finding : findings) {
                json.writeStartObject();
                json.writeStringField("subject", finding.subject());
                json.writeStringField("verdict", finding.verdict().name());
                json.writeStringField("text", finding.text());
                json.writeEndObject();
            }
            json.writeEndArray();
            durability.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
