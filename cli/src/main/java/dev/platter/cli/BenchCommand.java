package dev.platter.cli;

import dev.platter.cli.bench.BenchException;
import dev.platter.cli.bench.BenchOptions;
import dev.platter.cli.bench.BenchRun;
import dev.platter.cli.bench.Suite;
import dev.platter.cli.console.Progress;
import dev.platter.cli.serve.Sizes;
import dev.platter.cli.serve.UsageException;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code platter bench}: Platter, its peers and the bare file side by side. */
@Command(
        name = "bench",
        description =
                "Measures platter serve side by side with qemu-storage-daemon and the bare file, under the same driver on the same image.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        footer = {
            "",
            "Every server is a process of its own, attached over a vhost-user socket. In each scenario all are",
            "brought up and warmed up first; then rounds alternate between them, so that a machine that becomes",
            "slower does so for all. Figures are medians of the rounds with the least and the greatest.",
            "",
            "  per second      requests that ended; a write and the flush after it are one",
            "  CPU us/request  processor time of the server's process, its io_uring workers included",
            "  calls/request   system calls of the server, counted in a round of its own under strace",
            "",
            "Examples:",
            "  platter bench                                  a few minutes: the loads that matter most",
            "  platter bench --goals --peer-root DIR          Platter's own goals, and whether they hold",
            "  platter bench --filter 'durable-d1/'           one scenario, whoever takes part",
            "  platter bench --filter 'read.*/(platter|qsd):' --rounds 15 --seconds 1",
            "  platter bench --suite full --html bench.html --json > bench.json",
            "  platter bench --platter old=/tmp/old/platter   this build beside another one",
            "",
            "A peer that is not installed is left out, and the report says so. DIR for --peer-root comes from",
            "scripts/make-peer-root and needs root. Exits 1 if a server failed while it was measured.",
        })
final class BenchCommand implements Callable<Integer> {
    private static final int MAX_ROUNDS = 1000;
    private static final double MAX_SECONDS = 3600;
    private static final long MIN_IMAGE_BYTES = 16L << 20;

    @Option(
            names = "--suite",
            paramLabel = "quick|standard|full",
            description = "How many scenarios and contenders (default: ${DEFAULT-VALUE}).")
    private Suite suite = Suite.QUICK;

    @Option(
            names = "--goals",
            description =
                    "Measure what Platter's own goals are about instead, and tell which hold.")
    private boolean goals;

    @Option(
            names = "--filter",
            paramLabel = "REGEX",
            description = "Only what has a match in SCENARIO/CONTENDER, as --list shows them.")
    private @Nullable String filter;

    @Option(names = "--list", description = "Only tell what would be measured.")
    private boolean list;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "How many alternating rounds (default: ${DEFAULT-VALUE}).")
    private int rounds = 9;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "How long one round is (default: ${DEFAULT-VALUE}).")
    private double seconds = 0.5;

    @Option(
            names = "--warm-up",
            paramLabel = "S",
            description =
                    "How long each Platter is loaded before the rounds, longer if that is too few requests for a Java to be compiled (default: ${DEFAULT-VALUE}).")
    private double warmUp = 2;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description =
                    "Where the image is made, on the file system of interest (default: ${DEFAULT-VALUE}).")
    private Path directory = Path.of("/var/tmp");

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            description = "The size of that image (default: ${DEFAULT-VALUE}).")
    private String size = "256M";

    @Option(
            names = "--file",
            paramLabel = "PATH",
            description = "Use this image or block device instead; ITS CONTENT IS OVERWRITTEN.")
    private @Nullable Path file;

    @Option(
            names = "--peer-root",
            paramLabel = "DIR",
            description = "The root folder of another system, whose qemu-storage-daemon is a peer.")
    private @Nullable Path peerRoot;

    @Option(
            names = "--platter",
            paramLabel = "NAME=COMMAND",
            description =
                    "Another build to measure beside this one, by the path of its command; may be given again.")
    private Map<String, String> builds = new LinkedHashMap<>();

    @Option(
            names = "--guest-polls",
            description = "Let the guest spin for completions instead of waiting for calls.")
    private boolean polling;

    @Option(names = "--no-strace", description = "Do not count system calls.")
    private boolean noStrace;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Where the random offsets start (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Write a page with plots too; it needs no network.")
    private @Nullable Path html;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        Logging.configure("warn");
        BenchOptions options = options();
        PrintWriter out = spec.commandLine().getOut();
        if (list) {
            BenchRun.list(options, goals, out);
            return ExitCodes.OK;
        }
        if (!BenchRun.anything(options, goals)) {
            throw new UsageException(
                    "--filter " + filter + " matches nothing; --list shows what there is.");
        }
        PrintWriter err = spec.commandLine().getErr();
        Progress progress =
                new Progress(
                        err,
                        Optional.ofNullable(System.console())
                                .map(Console::isTerminal)
                                .orElse(false));
        try {
            BenchRun run = BenchRun.measure(options, goals, progress::show);
            progress.done();
            return write(run, out) ? ExitCodes.OK : ExitCodes.FAILED;
        } catch (BenchException e) {
            progress.done();
            throw e;
        }
    }

    private boolean write(BenchRun run, PrintWriter out) throws Exception {
        if (json) {
            out.println(run.json());
        } else {
            run.print(out);
        }
        if (html != null) {
            Files.writeString(html, run.html());
        }
        return !run.failed();
    }

    private BenchOptions options() throws UsageException, IOException {
        if (rounds < 1 || rounds > MAX_ROUNDS) {
            throw new UsageException(
                    "--rounds " + rounds + " is not from 1 to " + MAX_ROUNDS + ".");
        }
        long imageBytes =
                Sizes.parse(size)
                        .orElseThrow(
                                () ->
                                        new UsageException(
                                                "--size "
                                                        + size
                                                        + " is no size; write a number with K, M or G."));
        if (imageBytes < MIN_IMAGE_BYTES) {
            throw new UsageException("--size " + size + " is too small: 16M is the least.");
        }
        checkPlaces();
        checkPage();
        return new BenchOptions(
                directory,
                Optional.ofNullable(file),
                imageBytes,
                suite,
                pattern(),
                rounds,
                nanos("--seconds", seconds),
                nanos("--warm-up", warmUp),
                polling,
                !noStrace,
                commands(),
                Optional.ofNullable(peerRoot).map(Path::toAbsolutePath),
                seed);
    }

    private void checkPlaces() throws UsageException {
        if (!Files.isDirectory(directory) || !Files.isWritable(directory)) {
            throw new UsageException(
                    "--dir: " + directory + " is not a folder one can write to; name another.");
        }
        if (file != null && !Files.isWritable(file)) {
            throw new UsageException(
                    "--file: "
                            + file
                            + " is not there or not writable; leave it out to have an image made.");
        }
    }

    private void checkPage() throws UsageException {
        if (html == null) {
            return;
        }
        Path parent = html.toAbsolutePath().getParent();
        if (Files.isDirectory(html) || parent == null || !Files.isDirectory(parent)) {
            throw new UsageException(
                    "--html: " + html + " is not a file in a folder that exists; name another.");
        }
    }

    private Optional<Pattern> pattern() throws UsageException {
        if (filter == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Pattern.compile(filter));
        } catch (PatternSyntaxException e) {
            throw new UsageException(
                    "--filter: "
                            + e.getDescription()
                            + " in "
                            + filter
                            + "; it is a regular expression.");
        }
    }

    private static long nanos(String option, double value) throws UsageException {
        if (!(value > 0) || value > MAX_SECONDS) {
            throw new UsageException(option + " " + value + " is not from above 0 to 3600.");
        }
        return (long) (value * TimeUnit.SECONDS.toNanos(1));
    }

    private Map<String, List<String>> commands() throws UsageException, IOException {
        Map<String, List<String>> commands = new LinkedHashMap<>();
        commands.put("platter", OwnCommand.prefix(spec.name()));
        for (Map.Entry<String, String> build : builds.entrySet()) {
            Path command = Path.of(build.getValue()).toAbsolutePath();
            if (!Files.isExecutable(command)) {
                throw new UsageException(
                        "--platter: " + command + " cannot be run; name a platter command.");
            }
            commands.put(build.getKey(), new ArrayList<>(List.of(command.toString())));
        }
        return commands;
    }
}
