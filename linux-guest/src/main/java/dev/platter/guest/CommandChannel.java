package dev.platter.guest;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.TimeoutException;

/**
 * The host's side of the conversation that {@code init.sh} describes. Answers carry the command's
 * number, so that a late one is never taken for another command's. One thread at a time.
 */
final class CommandChannel {
    private static final int LARGEST_OUTPUT_BYTES = 64 << 20;
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final GuestLink link;
    private int lastNumber;

    CommandChannel(GuestLink link) {
        this.link = link;
    }

    /**
     * Waits until init of a fresh boot speaks; what the boot before still had to say is dropped.
     */
    void awaitReady(Deadline deadline) throws IOException, TimeoutException {
        String[] words = header(deadline);
        while (!words[0].equals("READY")) {
            body(words, deadline);
            words = header(deadline);
        }
    }

    /** Sends a command without waiting for its answer, as for one that ends the guest. */
    void send(String script, Duration limit) throws IOException, TimeoutException {
        String encoded =
                Base64.getEncoder()
                        .encodeToString((script + "\n").getBytes(StandardCharsets.UTF_8));
        long limitSeconds = Math.max(1, limit.toSeconds());
        String line = "RUN %d %d %s".formatted(++lastNumber, limitSeconds, encoded);
        link.writeLine(line, Deadline.after(limit.plus(GRACE)));
    }

    /**
     * Runs a script and takes its answer.
     *
     * @throws CommandKilledException when the guest killed it at its limit
     * @throws TimeoutException when the guest does not answer at all
     */
    Result run(String script, Duration limit) throws IOException, TimeoutException {
        send(script, limit);
        Deadline deadline = Deadline.after(limit.plus(GRACE));
        while (true) {
            String[] words = header(deadline);
            if (words[0].equals("READY")) {
                throw new EOFException("the guest started anew while a command was running");
            }
            String output = body(words, deadline);
            if (Integer.parseInt(words[1]) != lastNumber) {
                continue;
            }
            if (words[3].equals("1")) {
                throw new CommandKilledException(output);
            }
            return new Result(Integer.parseInt(words[2]), output);
        }
    }

    private String[] header(Deadline deadline) throws IOException, TimeoutException {
        String line = link.readLine(deadline);
        if (!line.matches("READY \\S+|RESULT \\d{1,9} \\d{1,3} [01] \\d{1,9}")) {
            throw new IOException("the guest answered '" + line + "'");
        }
        return line.split(" ");
    }

    private String body(String[] words, Deadline deadline) throws IOException, TimeoutException {
        int lengthBytes = Integer.parseInt(words[4]);
        if (lengthBytes > LARGEST_OUTPUT_BYTES) {
            throw new IOException(
                    "the command wrote " + lengthBytes + " bytes: too much to return");
        }
        return new String(link.readBytes(lengthBytes, deadline), StandardCharsets.UTF_8);
    }
}
