package dev.platter.guest;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One QEMU process and the conversation with the guest in it. Turns whatever goes wrong into an
 * exception that says what was going on and what the guest printed last. All methods wait for one
 * another.
 */
final class GuestSession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GuestSession.class);

    private interface Conversation<T> {
        T hold() throws IOException, TimeoutException, InterruptedException;
    }

    private final Path workFolder;
    private final Path console;
    private final GuestLink link;
    private final CommandChannel commands;
    private final QemuProcess qemu;
    private final Consumer<Duration> progress;
    private long waitingSinceNanos = System.nanoTime();
    private long reportedSeconds;

    /** Starts QEMU and does not wait for the guest: {@link #awaitBoot} is next. */
    static GuestSession booting(LinuxGuestBuilder builder)
            throws IOException, GuestUnavailableException {
        return new GuestSession(builder, false);
    }

    /** Starts a QEMU that waits for a guest from elsewhere: {@link #receive} is next. */
    static GuestSession incoming(LinuxGuestBuilder builder)
            throws IOException, GuestUnavailableException {
        return new GuestSession(builder, true);
    }

    private GuestSession(LinuxGuestBuilder builder, boolean incoming)
            throws IOException, GuestUnavailableException {
        progress = builder.progress;
        workFolder = Files.createTempDirectory("platter-guest");
        console = builder.consoleLog == null ? workFolder.resolve("console") : builder.consoleLog;
        Path socket = workFolder.resolve("commands");
        link = new GuestLink(socket, this::check);
        commands = new CommandChannel(link);
        try {
            List<String> commandLine = new ArrayList<>(builder.commandLine(console, socket));
            commandLine.addAll(
                    List.of(
                            "-qmp",
                            "unix:" + QemuDevices.escaped(monitor()) + ",server=on,wait=off"));
            if (incoming) {
                commandLine.addAll(List.of("-incoming", "defer"));
            }
            qemu = new QemuProcess(commandLine, console, workFolder.resolve("qemu"));
        } catch (IOException | GuestUnavailableException | RuntimeException cannotStart) {
            closeFiles();
            throw cannotStart;
        }
    }

    private Path monitor() {
        return workFolder.resolve("monitor");
    }

    private Path migration() {
        return workFolder.resolve("migration");
    }

    /** Takes the guest of another session over; that one ends, but for being closed. */
    synchronized void receive(GuestSession source, Duration limit) throws IOException {
        Deadline deadline = Deadline.after(limit);
        bounded(
                "migration",
                limit,
                () -> {
                    link.accept(deadline);
                    try (QemuMonitor qmp = QemuMonitor.connect(monitor(), deadline)) {
                        qmp.listen(migration());
                    }
                    source.send(migration(), deadline);
                    return elapsed();
                });
    }

    private synchronized void send(Path destination, Deadline deadline)
            throws IOException, TimeoutException, InterruptedException {
        try (QemuMonitor qmp = QemuMonitor.connect(monitor(), deadline)) {
            qmp.migrate(destination, deadline);
        }
    }

    synchronized Duration awaitBoot(Duration limit) throws IOException {
        return started("boot", limit, link::accept);
    }

    synchronized Duration restart(String script, Duration limit) throws IOException {
        return started("reboot", limit, deadline -> commands.send(script, limit));
    }

    private interface Start {
        void with(Deadline deadline) throws IOException, TimeoutException;
    }

    private Duration started(String what, Duration limit, Start start) throws IOException {
        Deadline deadline = Deadline.after(limit);
        reportedSeconds = 0;
        return bounded(
                what,
                limit,
                () -> {
                    start.with(deadline);
                    commands.awaitReady(deadline);
                    reportedSeconds = Long.MAX_VALUE;
                    return elapsed();
                });
    }

    synchronized Result run(String script, Duration limit) throws IOException {
        return bounded("'" + script + "'", limit, () -> commands.run(script, limit));
    }

    /** Sends the script and waits until QEMU has ended by itself. */
    synchronized Duration end(String script, Duration limit) throws IOException {
        return bounded(
                "shutdown",
                limit,
                () -> {
                    commands.send(script, limit);
                    if (!qemu.endsWithin(limit)) {
                        throw new TimeoutException();
                    }
                    return elapsed();
                });
    }

    long pid() {
        return qemu.pid();
    }

    String console() {
        return QemuProcess.textOf(console);
    }

    @Override
    public void close() {
        qemu.close();
        closeFiles();
    }

    private void closeFiles() {
        try {
            link.close();
            for (String name : List.of("commands", "console", "qemu", "monitor", "migration")) {
                Files.deleteIfExists(workFolder.resolve(name));
            }
            Files.deleteIfExists(workFolder);
        } catch (IOException nothingLost) {
            LOG.debug("cannot remove {}", workFolder, nothingLost);
        }
    }

    private <T> T bounded(String what, Duration limit, Conversation<T> conversation)
            throws IOException {
        waitingSinceNanos = System.nanoTime();
        try {
            return conversation.hold();
        } catch (CommandKilledException killed) {
            throw tooLong(what, limit, ", output: " + killed.output());
        } catch (TimeoutException noAnswer) {
            throw tooLong(what, limit, "");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the guest");
        } catch (EOFException gone) {
            throw new GuestException(gone.getMessage() + qemu.tails(), gone);
        }
    }

    private GuestTimeoutException tooLong(String what, Duration limit, String output) {
        return new GuestTimeoutException(
                "the guest's %s took longer than %d s%s%s"
                        .formatted(what, limit.toSeconds(), output.stripTrailing(), qemu.tails()));
    }

    /** Called some times a second by a thread that waits for the guest. */
    private void check() throws IOException {
        qemu.checkAlive();
        long seconds = elapsed().toSeconds();
        if (seconds > reportedSeconds) {
            reportedSeconds = seconds;
            progress.accept(Duration.ofSeconds(seconds));
        }
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - waitingSinceNanos);
    }
}
