package dev.platter.cli.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Sees the calls with strace, attached to this process and all its threads for as long as an action
 * lasts: the kernel's own account of what the server asked.
 */
final class StraceObserver implements CallObserver {
    private static final String CALLS =
            "trace=pwrite64,pwritev,pwritev2,write,writev,fdatasync,fsync,sync_file_range";
    private static final long ATTACH_SECONDS = 10;

    private final Path directory;
    private int traces;

    StraceObserver(Path directory) {
        this.directory = directory;
    }

    /** Why strace cannot be used here, or nothing if it can. */
    static Optional<String> unavailable(Path directory) throws InterruptedException {
        try {
            new StraceObserver(directory).during(directory, () -> {});
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public String source() {
        return "strace";
    }

    @Override
    public HostCalls during(Path image, Action action) throws IOException, InterruptedException {
        Path calls = directory.resolve("strace-" + ++traces + ".calls");
        Path messages = directory.resolve("strace-" + traces + ".log");
        Process strace =
                new ProcessBuilder(
                                "strace",
                                "-f",
                                "-y",
                                "-e",
                                CALLS,
                                "-o",
                                calls.toString(),
                                "-p",
                                Long.toString(ProcessHandle.current().pid()))
                        .redirectErrorStream(true)
                        .redirectOutput(messages.toFile())
                        .start();
        try {
            awaitAttached(strace, messages);
            action.run();
        } finally {
            strace.destroy();
            if (!strace.waitFor(ATTACH_SECONDS, TimeUnit.SECONDS)) {
                strace.destroyForcibly();
            }
        }
        HostCalls counted = count(Files.readAllLines(calls, StandardCharsets.UTF_8), image);
        Files.deleteIfExists(calls);
        Files.deleteIfExists(messages);
        return counted;
    }

    /** strace says when it has attached; until then calls would be missed. */
    private static void awaitAttached(Process strace, Path messages)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ATTACH_SECONDS);
        while (System.nanoTime() < deadline) {
            String said = Files.exists(messages) ? Files.readString(messages) : "";
            if (said.contains(" attached")) {
                return;
            }
            if (!strace.isAlive()) {
                throw new IOException("strace could not attach: " + said.strip());
            }
            Thread.sleep(20);
        }
        throw new IOException("strace did not attach within " + ATTACH_SECONDS + " s");
    }

    /**
     * Counts the calls on one image. A call that another thread interrupts in the listing appears
     * as "unfinished" and "resumed"; only the first half names the descriptor.
     */
    static HostCalls count(List<String> lines, Path image) {
        String descriptor = "<" + image + ">";
        HostCalls calls = HostCalls.NONE;
        for (String line : lines) {
            if (line.contains(descriptor) && !line.contains(" resumed>")) {
                calls = calls.plus(classify(line));
            }
        }
        return calls;
    }

    private static HostCalls classify(String line) {
        if (line.contains("fdatasync(") || line.contains("fsync(")) {
            return new HostCalls(0, 0, 1);
        }
        return line.contains("RWF_DSYNC") ? new HostCalls(0, 1, 0) : new HostCalls(1, 0, 0);
    }
}
