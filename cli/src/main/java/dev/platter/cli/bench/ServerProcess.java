package dev.platter.cli.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A server in a process of its own, up to the socket it makes. It never outlives this process. */
final class ServerProcess implements AutoCloseable {
    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long STOP_SECONDS = 10;
    private static final long LOOK_MILLIS = 5;
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> RUNNING.forEach(Process::destroyForcibly), "bench-servers"));
    }

    private final Process process;
    private final Path log;

    private ServerProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a command and waits for its socket.
     *
     * @param log where its output goes
     * @throws BenchException if it ends, or makes no socket in time, with its last words
     */
    static ServerProcess start(List<String> command, Path socket, Path log)
            throws BenchException, InterruptedException {
        ServerProcess server = launch(command, log);
        long deadline = System.nanoTime() + START_NANOS;
        while (!Files.exists(socket)) {
            if (!server.process.isAlive() || System.nanoTime() - deadline > 0) {
                server.close();
                throw new BenchException("did not start: " + server.lastWords());
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return server;
    }

    private static ServerProcess launch(List<String> command, Path log) throws BenchException {
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
            RUNNING.add(process);
            return new ServerProcess(process, log);
        } catch (IOException e) {
            throw new BenchException("cannot be started: " + e.getMessage(), e);
        }
    }

    /** The last line of its output. */
    String lastWords() {
        try {
            List<String> lines =
                    Files.readString(log, StandardCharsets.UTF_8).strip().lines().toList();
            return lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1);
        } catch (IOException e) {
            return "its output cannot be read";
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Asks it to end, and makes it end. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        RUNNING.remove(process);
    }
}
