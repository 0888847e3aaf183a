package dev.platter.cli;

import dev.platter.cli.demo.Demo;
import dev.platter.cli.serve.UsageException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code platter demo}: the five cache modes, observed. */
@Command(
        name = "demo",
        description =
                "Attaches a guest to five disks, one a cache mode, and shows what each mode does on the host and in the guest.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "The guest is a Linux under QEMU where QEMU and a kernel are installed (scripts/install-test-tools",
            "does that), else Platter's own driver over a real vhost-user socket. System calls are counted by",
            "strace where it may attach, else by Platter's own counters; the heading says which.",
            "Exits 1 if a row contradicts what its mode promises.",
        })
final class DemoCommand implements Callable<Integer> {
    private static final int MAX_WRITES = 100_000;

    @Option(
            names = "--embedded",
            description = "Let Platter's own driver play the guest, without QEMU.")
    private boolean embedded;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Option(
            names = "--writes",
            paramLabel = "N",
            description =
                    "How many synchronous writes to observe at a time (default: ${DEFAULT-VALUE}).")
    private int writes = 16;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description =
                    "Where the scratch images go, on the file system of interest (default: ${DEFAULT-VALUE}).")
    private Path directory = Path.of("/var/tmp");

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        Logging.configure("warn");
        if (writes < 1 || writes > MAX_WRITES) {
            throw new UsageException(
                    "--writes " + writes + " is not from 1 to " + MAX_WRITES + ".");
        }
        if (!Files.isDirectory(directory) || !Files.isWritable(directory)) {
            throw new UsageException(
                    "--dir: " + directory + " is not a folder one can write to; name another.");
        }
        PrintWriter out = spec.commandLine().getOut();
        Demo demo = new Demo(directory, writes, embedded, spec.commandLine().getErr());
        boolean kept = json ? demo.printJson(out) : demo.print(out);
        return kept ? ExitCodes.OK : ExitCodes.FAILED;
    }
}
