package dev.platter.conformance.crashfs;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A small process that takes the mount away when this one is gone, however it went: it reads a pipe
 * that only this process holds. A thread that hangs in the kernel keeps a killed process's
 * descriptors open, so silence on the pipe counts as its end too: the owner gives a sign of life
 * every few seconds.
 */
final class MountGuard implements AutoCloseable {
    // umount -f aborts the connection, so that whoever hangs in it is released.
    private static final String SCRIPT =
            """
            trap '' HUP INT TERM
            while read -r -t "$2" word; do [ "$word" = done ] && exit 0; done
            umount -f -l "$1" || umount -l "$1"
            rmdir "$1"
            """;

    private final Process process;
    private final OutputStream pipe;

    private MountGuard(Process process) {
        this.process = process;
        pipe = process.getOutputStream();
    }

    static MountGuard over(Path mountPoint, int silenceSeconds) throws IOException {
        return new MountGuard(
                new ProcessBuilder(
                                "bash",
                                "-c",
                                SCRIPT,
                                "crashfs-guard",
                                mountPoint.toString(),
                                Integer.toString(silenceSeconds))
                        .redirectOutput(Redirect.DISCARD)
                        .redirectError(Redirect.DISCARD)
                        .start());
    }

    /** A sign of life; false if the guard is gone. */
    boolean reassure() {
        return say("alive");
    }

    private synchronized boolean say(String word) {
        try {
            pipe.write((word + "\n").getBytes(StandardCharsets.US_ASCII));
            pipe.flush();
            return true;
        } catch (IOException gone) {
            return false;
        }
    }

    /** Lets the guard go: the mount is gone already. */
    @Override
    public void close() {
        if (say("done")) {
            try {
                process.waitFor(10, TimeUnit.SECONDS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        process.destroyForcibly();
    }
}
