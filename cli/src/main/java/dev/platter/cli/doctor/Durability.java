package dev.platter.cli.doctor;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.platter.api.block.BackendException;
import dev.platter.backend.file.DsyncChoice;
import dev.platter.backend.file.DurableWriteStrategy;
import dev.platter.backend.file.HostDisk;
import dev.platter.backend.file.PlaceSurvey;
import dev.platter.backend.file.SubmissionPath;
import dev.platter.linux.LinuxFileCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How durable writes would be made at a path, and why: by file system, kernel interface, and what
 * the disk says of its cache.
 */
final class Durability {
    private record Backend(String name, String api, SubmissionPath path) {}

    private static final List<Backend> BACKENDS =
            List.of(
                    new Backend("posix", "pwritev2", SubmissionPath.SYSTEM_CALL),
                    new Backend("uring", "io_uring", SubmissionPath.IO_URING));

    private final Optional<PlaceSurvey> survey;
    private final String failure;

    private Durability(Optional<PlaceSurvey> survey, String failure) {
        this.survey = survey;
        this.failure = failure;
    }

    static Durability of(Path path) {
        try (Arena arena = Arena.ofConfined()) {
            LinuxFileCalls calls = new LinuxFileCalls(arena);
            return new Durability(Optional.of(PlaceSurvey.of(path.toString(), calls)), "");
        } catch (BackendException e) {
            return new Durability(Optional.empty(), String.valueOf(e.getMessage()));
        }
    }

    List<Finding> findings() {
        if (survey.isEmpty()) {
            return List.of(Finding.note("durability", failure));
        }
        PlaceSurvey found = survey.get();
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok("storage", found.storage().displayName()));
        findings.add(found.disk().map(Durability::disk).orElse(unknownDisk()));
        for (Backend backend : BACKENDS) {
            findings.add(automatic(found, backend));
        }
        return findings;
    }

    private static Finding disk(HostDisk disk) {
        String cache =
                disk.volatileCache()
                        ? " has a volatile write cache, so only a flush or FUA makes data durable; "
                        : " has no volatile write cache; ";
        String fua = disk.fua() ? "it takes FUA writes" : "it does not take FUA writes";
        return Finding.ok("disk", disk.name() + cache + fua);
    }

    private static Finding unknownDisk() {
        return Finding.note("disk", "none that the kernel tells of: its cache is not known");
    }

    private static Finding automatic(PlaceSurvey found, Backend backend) {
        DsyncChoice choice = found.automatic(backend.path());
        String forced =
                found.danger(backend.path())
                        .map(why -> "; dsync=rwf is refused, because " + why)
                        .orElse("");
        String text = way(choice, backend) + ": " + choice.reason() + forced;
        return Finding.ok("dsync " + backend.name(), "auto takes " + text);
    }

    private static String way(DsyncChoice choice, Backend backend) {
        boolean dsync = choice.strategy() == DurableWriteStrategy.RWF_DSYNC;
        return switch (backend.path()) {
            case SYSTEM_CALL -> dsync ? "pwritev2(RWF_DSYNC)" : "pwritev2, then fdatasync";
            case IO_URING -> dsync ? "a write with RWF_DSYNC" : "a write linked to an fsync";
        };
    }

    /** A field {@code durability} of the object that is being written. */
    void write(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("durability");
        if (survey.isPresent()) {
            write(json, survey.get());
        } else {
            json.writeStringField("failure", failure);
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, PlaceSurvey found) throws IOException {
        json.writeStringField("storage", found.storage().displayName());
        if (found.disk().isPresent()) {
            HostDisk disk = found.disk().get();
            json.writeStringField("disk", disk.name());
            json.writeBooleanField("volatileCache", disk.volatileCache());
            json.writeBooleanField("fua", disk.fua());
        }
        json.writeArrayFieldStart("auto");
        for (Backend backend : BACKENDS) {
            DsyncChoice choice = found.automatic(backend.path());
            json.writeStartObject();
            json.writeStringField("backend", backend.name());
            json.writeStringField("api", backend.api());
            json.writeStringField("strategy", choice.strategy().name());
            json.writeStringField("way", way(choice, backend));
            json.writeStringField("reason", choice.reason());
            Optional<String> danger = found.danger(backend.path());
            json.writeBooleanField("rwfAllowed", danger.isEmpty());
            if (danger.isPresent()) {
                json.writeStringField("rwfRefusal", danger.get());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
