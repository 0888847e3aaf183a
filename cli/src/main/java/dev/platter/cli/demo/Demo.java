package dev.platter.cli.demo;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.CacheMode;
import dev.platter.cli.console.Progress;
import dev.platter.cli.serve.DiskServer;
import dev.platter.cli.serve.DiskSpec;
import dev.platter.cli.serve.UsageException;
import dev.platter.guest.GuestUnavailableException;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One demonstration: serves five scratch disks from this process, and observes a guest using them.
 */
public final class Demo {
    private static final String IMAGE_SIZE = "64M";

    private final Path directory;
    private final int writes;
    private final boolean embedded;
    private final PrintWriter err;
    private final Progress progress;

    /**
     * Prepares a demonstration.
     *
     * @param directory where the scratch folder is made, and removed at the end
     * @param writes how many synchronous writes to observe at a time
     * @param embedded whether Platter's driver plays the guest even where a Linux guest could
     * @param err where progress goes
     */
    public Demo(Path directory, int writes, boolean embedded, PrintWriter err) {
        this.directory = directory;
        this.writes = writes;
        this.embedded = embedded;
        this.err = err;
        this.progress =
                new Progress(
                        err,
                        Optional.ofNullable(System.console())
                                .map(Console::isTerminal)
                                .orElse(false));
    }

    /** Runs it and prints a table; answers whether every mode kept its promise. */
    public boolean print(PrintWriter out) throws Exception {
        DemoReport report = run();
        report.print(out);
        return report.contradictions().isEmpty();
    }

    /** Runs it and prints a JSON object; answers whether every mode kept its promise. */
    public boolean printJson(PrintWriter out) throws Exception {
        DemoReport report = run();
        out.println(report.json());
        return report.contradictions().isEmpty();
    }

    private DemoReport run()
            throws IOException, InterruptedException, UsageException, BackendException {
        Path scratch = Files.createTempDirectory(directory, "platter-demo").toRealPath();
        try (DiskServer server =
                        DiskServer.start(List.of(scratch.resolve("sock")), specs(scratch), 1);
                DemoGuest guest = guest(scratch.resolve("sock"))) {
            CallObserver observer = observer(scratch, server);
            List<DemoRow> rows =
                    new Demonstration(guest, observer, images(scratch), writes, progress::show)
                            .run();
            progress.done();
            return new DemoReport(
                    guest.description(),
                    observer.source(),
                    writes,
                    rows,
                    Demonstration.contradictions(rows, writes));
        } finally {
            progress.done();
            delete(scratch);
        }
    }

    private static List<DiskSpec> specs(Path scratch) throws UsageException {
        List<DiskSpec> specs = new ArrayList<>();
        for (CacheMode mode : Demonstration.MODES) {
            String file = image(scratch, mode).toString().replace(",", ",,");
            specs.add(
                    // By system calls, which can be watched from outside: rings show nobody theirs.
                    DiskSpec.parse(
                            "backend=posix,file="
                                    + file
                                    + ",size="
                                    + IMAGE_SIZE
                                    + ",cache="
                                    + mode
                                    + ",serial="
                                    + mode));
        }
        return specs;
    }

    private static List<Path> images(Path scratch) {
        return Demonstration.MODES.stream().map(mode -> image(scratch, mode)).toList();
    }

    private static Path image(Path scratch, CacheMode mode) {
        return scratch.resolve(mode + ".raw");
    }

    private DemoGuest guest(Path socket) throws IOException {
        Optional<String> missing = embedded ? Optional.empty() : LinuxDemoGuest.missing();
        if (embedded || missing.isPresent()) {
            missing.ifPresent(
                    reason ->
                            err.println(
                                    "platter demo: no Linux guest: "
                                            + reason
                                            + "; Platter's own driver plays the guest."));
            return EmbeddedGuest.connect(socket);
        }
        try {
            return LinuxDemoGuest.boot(socket, progress::show);
        } catch (GuestUnavailableException e) {
            throw new IOException(e);
        }
    }

    private CallObserver observer(Path scratch, DiskServer server) throws InterruptedException {
        progress.show("attaching strace");
        Optional<String> unavailable = StraceObserver.unavailable(scratch);
        if (unavailable.isEmpty()) {
            return new StraceObserver(scratch);
        }
        progress.done();
        err.println("platter demo: no strace: " + unavailable.get());
        List<Path> images = images(scratch);
        return new CounterObserver(image -> server.statistics(images.indexOf(image)));
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
