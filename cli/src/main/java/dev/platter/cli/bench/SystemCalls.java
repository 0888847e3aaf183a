package dev.platter.cli.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Counts the system calls of a process by {@code strace -c -f}, while it is attached. */
final class SystemCalls implements AutoCloseable {
    private static final long ATTACH_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long LOOK_MILLIS = 10;

    /** Share of time, seconds, microseconds a call, calls, errors if any, name. */
    private static final Pattern ROW =
            Pattern.compile("\\s*[\\d.]+\\s+[\\d.]+\\s+\\d+\\s+(\\d+)(?:\\s+\\d+)?\\s+(\\w+)\\s*");

    private final Process strace;
    private final Path summary;

    private SystemCalls(Process strace, Path summary) {
        this.strace = strace;
        this.summary = summary;
    }

    /** Attaches to every thread of a process. */
    static SystemCalls attach(long pid, Path summary, Path messages)
            throws BenchException, InterruptedException {
        try {
            Process strace =
                    new ProcessBuilder(
                                    "strace",
                                    "-c",
                                    "-f",
                                    "-o",
                                    summary.toString(),
                                    "-p",
                                    Long.toString(pid))
                            .redirectErrorStream(true)
                            .redirectOutput(messages.toFile())
                            .start();
            SystemCalls calls = new SystemCalls(strace, summary);
            calls.awaitAttached(messages);
            return calls;
        } catch (IOException e) {
            throw new BenchException("strace cannot be started: " + e.getMessage(), e);
        }
    }

    private void awaitAttached(Path messages)
            throws IOException, BenchException, InterruptedException {
        long deadline = System.nanoTime() + ATTACH_NANOS;
        while (!Files.readString(messages, StandardCharsets.UTF_8).contains(" attached")) {
            if (!strace.isAlive() || System.nanoTime() - deadline > 0) {
                close();
                throw new BenchException(
                        "strace could not attach: "
                                + Files.readString(messages, StandardCharsets.UTF_8).strip());
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    /** Detaches; answers the calls by name. */
    SortedMap<String, Long> detach() throws BenchException {
        close();
        try {
            return parse(Files.readAllLines(summary, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new BenchException("strace left no summary: " + e.getMessage(), e);
        }
    }

    static SortedMap<String, Long> parse(List<String> lines) {
        SortedMap<String, Long> calls = new TreeMap<>();
        for (String line : lines) {
            Matcher row = ROW.matcher(line);
            if (row.matches() && !row.group(2).equals("total")) {
                calls.put(row.group(2), Long.parseLong(row.group(1)));
            }
        }
        return calls;
    }

    /** Detaches. */
    @Override
    public void close() {
        strace.destroy();
        try {
            if (!strace.waitFor(10, TimeUnit.SECONDS)) {
                strace.destroyForcibly();
            }
        } catch (InterruptedException e) {
            strace.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
