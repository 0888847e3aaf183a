package dev.platter.cli;

import dev.platter.cli.serve.DiskSpec;
import dev.platter.cli.serve.UsageException;
import dev.platter.cli.torture.Torture;
import dev.platter.cli.torture.TortureReport;
import dev.platter.conformance.crashfs.CrashFileSystem;
import dev.platter.conformance.torture.TrialSummary;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code platter torture}: power cuts for a disk configuration. */
@Command(
        name = "torture",
        description =
                "Cuts the power of a disk configuration thousands of times, and checks each promise.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        footer = {
            "",
            "What is tried: the backend, the cache mode and the way of durable writes that --disk names, or that",
            "dsync=auto would choose where the image lies. Random writes, flushes, zeroes, discards and reads",
            "of one client and of three go to a scratch file on a file system of Platter's own, which keeps",
            "what is not flushed as a disk's volatile cache does; the power fails at a random operation, what",
            "is volatile is lost in part, the file is opened again, and what was acknowledged as durable must",
            "be there. Some trials have errors and short writes besides.",
            "",
            "What is not tried: the file system and the disk that the image lies on, and the guest. The image",
            "itself is never opened, and need not exist.",
            "",
            "Needs root and /dev/fuse. Exits 0 if every promise was kept, 1 if one was broken, 2 if it was not",
            "tried.",
        })
final class TortureCommand implements Callable<Integer> {
    private static final int MAX_SECONDS = 86_400;
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(2);

    @Option(
            names = "--disk",
            required = true,
            paramLabel = "file=PATH[,key=value...]",
            description = "The disk, as of platter serve.")
    private String disk = "";

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "How long to try (default: ${DEFAULT-VALUE}).")
    private int seconds = 10;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "The first trial's seed, to repeat a run (default: another each time).")
    private @Nullable Long seed;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Write a page, with a picture of the first history that broke a promise.")
    private @Nullable Path html;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        Logging.configure("error");
        if (seconds < 1 || seconds > MAX_SECONDS) {
            throw new UsageException(
                    "--seconds " + seconds + " is not from 1 to " + MAX_SECONDS + ".");
        }
        Torture torture = Torture.of(DiskSpec.parse(disk));
        Optional<String> unavailable = CrashFileSystem.unavailable();
        if (unavailable.isPresent()) {
            throw new UsageException(unavailable.get() + ".");
        }
        long first = seed == null ? System.nanoTime() & 0xffff_ffffL : seed;
        PrintWriter err = spec.commandLine().getErr();
        TortureReport report =
                new TortureReport(
                        torture.subject(), torture.run(seconds, first, progress(err, json)));
        write(report);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(report.json());
        } else {
            report.print(out);
        }
        return report.kept() ? ExitCodes.OK : ExitCodes.FAILED;
    }

    private static Consumer<TrialSummary> progress(PrintWriter err, boolean quiet) {
        long[] next = {System.nanoTime() + PROGRESS_NANOS};
        return soFar -> {
            if (!quiet && System.nanoTime() - next[0] > 0) {
                next[0] = System.nanoTime() + PROGRESS_NANOS;
                err.println(soFar);
                err.flush();
            }
        };
    }

    private void write(TortureReport report) throws UsageException {
        Path page = html;
        if (page == null) {
            return;
        }
        try {
            Files.writeString(page, report.html());
        } catch (IOException e) {
            throw new UsageException("--html: " + page + " cannot be written: " + e.getMessage());
        }
    }
}
