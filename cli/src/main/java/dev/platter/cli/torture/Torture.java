package dev.platter.cli.torture;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockBackendProvider;
import dev.platter.api.block.CacheMode;
import dev.platter.backend.file.DsyncChoice;
import dev.platter.backend.file.DurableWriteStrategy;
import dev.platter.backend.file.PlaceSurvey;
import dev.platter.backend.file.SubmissionPath;
import dev.platter.cli.serve.DiskSpec;
import dev.platter.cli.serve.OpenDisk;
import dev.platter.cli.serve.UsageException;
import dev.platter.conformance.files.CrashFileMedia;
import dev.platter.conformance.torture.CrashTrials;
import dev.platter.conformance.torture.DiskOpener;
import dev.platter.conformance.torture.TrialSetup;
import dev.platter.conformance.torture.TrialSummary;
import dev.platter.linux.LinuxFileCalls;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The trials of one disk configuration: its backend, cache mode and way of durable writes, on a
 * scratch file of the crash file system. The image is looked at and never opened.
 */
public final class Torture {
    private static final List<String> DSYNC_BACKENDS = List.of("posix", "uring");

    private final DiskSpec spec;
    private final BlockBackendProvider provider;
    private final String way;
    private final String reason;

    private Torture(DiskSpec spec, BlockBackendProvider provider, String way, String reason) {
        this.spec = spec;
        this.provider = provider;
        this.way = way;
        this.reason = reason;
    }

    /** Finds out how durable writes would be made for the image. */
    public static Torture of(DiskSpec spec) throws UsageException {
        BlockBackendProvider provider = OpenDisk.provider(spec.backend());
        if (!DSYNC_BACKENDS.contains(provider.name())) {
            return new Torture(spec, provider, "auto", "if it knows that option");
        }
        if (!spec.dsync().equals("auto")) {
            return new Torture(spec, provider, spec.dsync(), "as asked");
        }
        SubmissionPath path =
                provider.name().equals("uring")
                        ? SubmissionPath.IO_URING
                        : SubmissionPath.SYSTEM_CALL;
        PlaceSurvey survey = survey(spec);
        DsyncChoice choice = survey.automatic(path);
        String way = choice.strategy() == DurableWriteStrategy.RWF_DSYNC ? "rwf" : "fdatasync";
        String reason =
                "as dsync=auto chooses on "
                        + survey.storage().displayName()
                        + ": "
                        + choice.reason();
        return new Torture(spec, provider, way, reason);
    }

    private static PlaceSurvey survey(DiskSpec spec) throws UsageException {
        Path image = Path.of(spec.file()).toAbsolutePath();
        Path place = Files.exists(image) ? image : image.getParent();
        try (Arena arena = Arena.ofConfined()) {
            return PlaceSurvey.of(String.valueOf(place), new LinuxFileCalls(arena));
        } catch (BackendException e) {
            throw new UsageException("--disk: " + e.getMessage());
        }
    }

    /** What is tried, in one sentence. */
    public String subject() {
        return "backend="
                + provider.name()
                + ", cache="
                + spec.cacheMode()
                + ", durable writes by dsync="
                + way
                + ", "
                + reason
                + ".";
    }

    private DiskOpener opener() {
        Map<String, String> properties = new HashMap<>();
        if (DSYNC_BACKENDS.contains(provider.name())) {
            properties.put("dsync", way);
            // The crash file system heeds the flag, so what is tried is the backend's use of it.
            properties.put("unsafe-dsync", way.equals("rwf") ? "on" : "off");
        }
        CacheMode mode = spec.cacheMode();
        return location ->
                provider.open(
                        new BackendOptions(
                                location,
                                mode,
                                false,
                                spec.discard(),
                                OptionalLong.empty(),
                                properties));
    }

    /**
     * Runs one client's trials for half of the time, and then several clients', up to the first
     * violation of each.
     *
     * @param progress told now and then how far it is
     */
    public List<TrialSummary> run(int seconds, long seed, Consumer<TrialSummary> progress)
            throws Exception {
        CacheMode mode = spec.cacheMode();
        try (CrashFileMedia media = CrashFileMedia.mount()) {
            long half = TimeUnit.SECONDS.toNanos(seconds) / 2;
            TrialSetup single = TrialSetup.single("one client", opener(), mode);
            TrialSetup several = TrialSetup.concurrent("three clients", opener(), mode);
            return List.of(
                    run(single, media, half, seed, progress),
                    run(several, media, half, seed, progress));
        }
    }

    private static TrialSummary run(
            TrialSetup setup,
            CrashFileMedia media,
            long nanos,
            long seed,
            Consumer<TrialSummary> progress)
            throws Exception {
        try (CrashTrials trials = new CrashTrials(setup, media)) {
            return trials.run(
                    seed,
                    soFar -> {
                        progress.accept(soFar);
                        return soFar.nanos() < nanos && soFar.violating().isEmpty();
                    });
        }
    }
}
