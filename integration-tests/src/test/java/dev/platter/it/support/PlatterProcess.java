package dev.platter.it.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@code platter} command in a process of its own, optionally under strace. */
public final class PlatterProcess implements AutoCloseable {
    private static final long START_SECONDS = 60;

    private final Process process;
    private final Path errors;

    private PlatterProcess(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
    }

    /** Starts a command. */
    public static PlatterProcess start(Path folder, String... arguments) throws IOException {
        return start(folder, List.of(), arguments);
    }

    /** Starts a command as the child of strace, which writes the traced calls to a file. */
    public static PlatterProcess traced(Path folder, Path trace, String calls, String... arguments)
            throws IOException {
        List<String> strace =
                List.of(
                        "strace",
                        "-f",
                        "-y",
                        "--seccomp-bpf",
                        "-e",
                        "trace=" + calls,
                        "-o",
                        trace.toString());
        return start(folder, strace, arguments);
    }

    private static PlatterProcess start(Path folder, List<String> wrapper, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(wrapper);
        // Whoever runs the tests in the background has SIGINT ignored, and children inherit that.
        command.addAll(List.of("env", "--default-signal=INT"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xmx256m"));
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), "dev.platter.cli.Main"));
        command.addAll(Arrays.asList(arguments));
        return start(folder, new ProcessBuilder(command));
    }

    private static PlatterProcess start(Path folder, ProcessBuilder builder) throws IOException {
        Path errors = Files.createTempFile(folder, "platter", ".err");
        return new PlatterProcess(builder.redirectError(errors.toFile()).start(), errors);
    }

    /**
     * Starts {@code platter serve} as {@code ./platter} does, and waits until it says that it
     * listens.
     *
     * @param app the packaged command
     * @param javaOptions more options of the JVM
     */
    public static PlatterProcess servePackaged(
            Path folder, Path app, String javaOptions, Path socket, String... disks)
            throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "bash",
                                "-euc",
                                ". ../scripts/find-jdk.sh; . ../scripts/java-options.sh; find_jdk;"
                                        + " exec_platter \"$0\" \"$java_release\" \"$@\"",
                                app.toString()));
        command.addAll(List.of(serveArguments(socket, disks)));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("PLATTER_JAVA_OPTS", javaOptions);
        return serving(start(folder, builder), socket);
    }

    /** Starts {@code platter serve} and waits until it says that it listens. */
    public static PlatterProcess serve(Path folder, Path socket, String... disks)
            throws IOException {
        return serving(start(folder, serveArguments(socket, disks)), socket);
    }

    /** As {@link #serve}, with the same disks on several sockets. */
    public static PlatterProcess serveSockets(Path folder, List<Path> sockets, String... disks)
            throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of(serveArguments(sockets.getFirst(), disks)));
        for (Path more : sockets.subList(1, sockets.size())) {
            arguments.addAll(List.of("--socket", more.toString()));
        }
        return serving(start(folder, arguments.toArray(String[]::new)), sockets.getFirst());
    }

    /** As {@link #serve}, under strace. */
    public static PlatterProcess serveTraced(
            Path folder, Path socket, Path trace, String calls, String... disks)
            throws IOException {
        return serving(traced(folder, trace, calls, serveArguments(socket, disks)), socket);
    }

    private static PlatterProcess serving(PlatterProcess server, Path socket) throws IOException {
        try {
            server.awaitLine("platter: listening on " + socket);
            return server;
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }

    private static String[] serveArguments(Path socket, String... disks) {
        List<String> arguments = new ArrayList<>(List.of("serve", "--socket", socket.toString()));
        for (String disk : disks) {
            arguments.addAll(List.of("--disk", disk));
        }
        return arguments.toArray(String[]::new);
    }

    private void awaitLine(String expected) throws IOException {
        Thread watchdog = new Thread(this::destroyAfterLimit);
        watchdog.setDaemon(true);
        watchdog.start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String line = out.readLine();
        watchdog.interrupt();
        if (!expected.equals(line)) {
            throw new IOException(
                    "platter said '" + line + "' instead of '" + expected + "'; " + errors());
        }
    }

    private void destroyAfterLimit() {
        try {
            Thread.sleep(TimeUnit.SECONDS.toMillis(START_SECONDS));
            process.destroyForcibly();
        } catch (InterruptedException e) {
            // the line came
        }
    }

    /** Sends SIGTERM. */
    public void terminate() {
        target().destroy();
    }

    /** The Java process: strace's child when it runs under strace. */
    public ProcessHandle target() {
        return process.descendants().findFirst().orElse(process.toHandle());
    }

    /** Waits for the end and answers the exit code. */
    public int awaitExit() throws IOException {
        try {
            if (!process.waitFor(START_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(
                        "platter did not end within " + START_SECONDS + " s; " + errors());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** What it wrote to standard error so far. */
    public String errors() {
        try {
            return Files.readString(errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The rest of standard output; waits for its end. */
    public String output() throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Whether it runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Ends it if it still runs. */
    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
