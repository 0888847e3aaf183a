package dev.platter.cli;

import dev.platter.cli.serve.BuildVersion;
import dev.platter.cli.serve.DiskServer;
import dev.platter.cli.serve.ServeOptions;
import dev.platter.cli.serve.UsageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** {@code platter serve}: disks for one virtual machine, until a signal ends it. */
final class Serve {
    private static final String NAME = "platter serve: ";
    private static final String HELP = "serve-help.txt";

    private Serve() {}

    /** Serves until the process ends, or answers an exit code at once. */
    static int run(List<String> arguments) throws InterruptedException {
        try {
            ServeOptions options = ServeOptions.parse(arguments);
            return switch (options.wanted()) {
                case HELP -> print(help());
                case VERSION -> print(BuildVersion.sentence());
                case SERVER -> serve(options);
            };
        } catch (UsageException e) {
            System.err.println(NAME + e.getMessage());
            return ExitCodes.USAGE;
        } catch (RuntimeException | IOException e) {
            System.err.println(NAME + (e.getMessage() == null ? e.toString() : e.getMessage()));
            return ExitCodes.FAILED;
        }
    }

    private static int serve(ServeOptions options) throws UsageException, InterruptedException {
        Logging.configure(options.verbose());
        start(options);
        for (Path socket : options.sockets()) {
            System.out.println("platter: listening on " + socket);
        }
        new CountDownLatch(1).await();
        return ExitCodes.OK;
    }

    /**
     * Starts the server, with the signals taken care of before there is anything to clean up. The
     * JVM would end with 128 + signal; ending it from the hook says 0 for an orderly stop.
     */
    private static void start(ServeOptions options) throws UsageException {
        CompletableFuture<Optional<DiskServer>> started = new CompletableFuture<>();
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () ->
                                        started.join()
                                                .ifPresent(
                                                        server ->
                                                                Runtime.getRuntime()
                                                                        .halt(close(server))),
                                "platter-stop"));
        try {
            started.complete(
                    Optional.of(
                            DiskServer.start(
                                    options.sockets(),
                                    options.disks(),
                                    options.queues(),
                                    options.pollMaxNanos())));
        } finally {
            started.complete(Optional.empty()); // unless it is complete already
        }
    }

    private static int close(DiskServer server) {
        try {
            server.close();
            return ExitCodes.OK;
        } catch (Exception e) {
            System.err.println(NAME + "stopping: " + e.getMessage());
            return ExitCodes.FAILED;
        }
    }

    private static int print(String text) {
        System.out.println(text);
        return ExitCodes.OK;
    }

    private static String help() throws IOException {
        try (InputStream text = Serve.class.getResourceAsStream(HELP)) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8).stripTrailing();
        }
    }
}
