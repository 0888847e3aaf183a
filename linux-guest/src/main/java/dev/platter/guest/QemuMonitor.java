package dev.platter.guest;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A conversation with QEMU's monitor (QMP), as far as a migration needs one. */
final class QemuMonitor implements AutoCloseable {
    private static final Pattern STATUS = Pattern.compile("\"status\": \"([a-z-]+)\"");
    private static final long PAUSE_MILLIS = 50;

    private final SocketChannel channel;
    private final BufferedReader answers;

    private QemuMonitor(SocketChannel connected) throws IOException {
        channel = connected;
        answers =
                new BufferedReader(
                        new InputStreamReader(
                                Channels.newInputStream(channel), StandardCharsets.UTF_8));
        execute("{\"execute\": \"qmp_capabilities\"}");
    }

    /** Connects, as soon as QEMU has made the socket. */
    static QemuMonitor connect(Path socket, Deadline deadline)
            throws IOException, TimeoutException, InterruptedException {
        while (!Files.exists(socket)) {
            pause(deadline);
        }
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        try {
            return new QemuMonitor(channel);
        } catch (IOException | RuntimeException failed) {
            channel.close();
            throw failed;
        }
    }

    private static void pause(Deadline deadline) throws TimeoutException, InterruptedException {
        if (deadline.expired()) {
            throw new TimeoutException();
        }
        Thread.sleep(PAUSE_MILLIS);
    }

    /** Has a QEMU that was started without a guest wait for one at a socket. */
    void listen(Path incoming) throws IOException {
        execute(
                "{\"execute\": \"migrate-incoming\", \"arguments\": {\"uri\": \"unix:%s\"}}"
                        .formatted(incoming));
    }

    /** Executes a command and takes its answer; events in between are dropped. */
    private String execute(String command) throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(command + "\n");
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        while (true) {
            String line = answers.readLine();
            if (line == null) {
                throw new EOFException("QEMU's monitor ended");
            }
            if (line.startsWith("{\"error\"")) {
                throw new GuestException("QEMU refused " + command + ": " + line);
            }
            if (line.startsWith("{\"return\"")) {
                return line;
            }
        }
    }

    /** Migrates the guest to a QEMU that waits at a socket, and waits for the end of it. */
    void migrate(Path incoming, Deadline deadline)
            throws IOException, TimeoutException, InterruptedException {
        execute(
                "{\"execute\": \"migrate\", \"arguments\": {\"uri\": \"unix:%s\"}}"
                        .formatted(incoming));
        while (true) {
            String answer = execute("{\"execute\": \"query-migrate\"}");
            Matcher status = STATUS.matcher(answer);
            String word = status.find() ? status.group(1) : "none";
            if (word.equals("completed")) {
                return;
            }
            if (word.equals("failed") || word.equals("cancelled")) {
                throw new GuestException("the migration " + word + ": " + answer);
            }
            pause(deadline);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
