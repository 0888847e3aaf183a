package dev.platter.guest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One QEMU process of ours with the files it writes: the guest's console and its own complaints.
 */
final class QemuProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(QemuProcess.class);
    private static final int TAIL_CHARS = 3000;

    private final Process process;
    private final Path console;
    private final Path complaints;
    // A guest must not outlive the Java process that asked for it.
    private final Thread killer;

    QemuProcess(List<String> command, Path console, Path complaints) throws IOException {
        this.console = console;
        this.complaints = complaints;
        LOG.debug("starting {}", command);
        process =
                new ProcessBuilder(command)
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectErrorStream(true)
                        .redirectOutput(complaints.toFile())
                        .start();
        killer = new Thread(process::destroyForcibly, "kill-guest-" + process.pid());
        Runtime.getRuntime().addShutdownHook(killer);
    }

    long pid() {
        return process.pid();
    }

    void checkAlive() throws GuestException {
        if (!process.isAlive()) {
            throw new GuestException("QEMU ended with status " + process.exitValue() + tails());
        }
    }

    boolean endsWithin(Duration limit) throws InterruptedException {
        return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What to append to an exception's message. */
    String tails() {
        StringBuilder tails = new StringBuilder();
        append(tails, "QEMU said", complaints);
        append(tails, "the guest's console ends with", console);
        return tails.toString();
    }

    private static void append(StringBuilder tails, String title, Path file) {
        String text = textOf(file).strip();
        if (!text.isEmpty()) {
            tails.append("; ").append(title).append(":\n");
            tails.append(text.substring(Math.max(0, text.length() - TAIL_CHARS)));
        }
    }

    static String textOf(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException notWrittenYet) {
            return "";
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        forgetKiller();
    }

    private void forgetKiller() {
        try {
            Runtime.getRuntime().removeShutdownHook(killer);
        } catch (IllegalStateException shuttingDown) {
            LOG.debug("the hook is running already", shuttingDown);
        }
    }
}
