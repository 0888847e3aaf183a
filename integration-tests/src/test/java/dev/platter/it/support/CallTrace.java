package dev.platter.it.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What strace wrote of a server, read piece by piece. */
public final class CallTrace {
    /** The calls a trace must hold for this reader. */
    public static final String CALLS = "openat,pwrite64,pwritev,pwritev2,fdatasync,fsync,fallocate";

    private final Path trace;
    private int linesRead;

    /** Reads the trace that strace writes to a file. */
    public CallTrace(Path trace) {
        this.trace = trace;
    }

    /**
     * Leaves out everything written up to now. strace writes a call's line before it lets it
     * return.
     */
    public void skip() throws IOException {
        linesRead = Files.readAllLines(trace).size();
    }

    /** The calls on one image since the last reading. */
    public Calls next(Path image) throws IOException {
        List<String> lines = Files.readAllLines(trace);
        Calls calls = new Calls(0, 0, 0);
        for (String line : lines.subList(linesRead, lines.size())) {
            if (line.contains("<" + image + ">") && !line.contains("resumed>")) {
                calls = calls.with(line);
            }
        }
        linesRead = lines.size();
        return calls;
    }

    /** The line in which the server opened an image, not the one in which it created it. */
    public String opening(Path image) throws IOException {
        return Files.readAllLines(trace).stream()
                .filter(line -> isOpening(line, image))
                .findFirst()
                .orElseThrow();
    }

    private static boolean isOpening(String line, Path image) {
        return line.contains("openat(")
                && line.contains("\"" + image + "\"")
                && !line.contains("O_CREAT");
    }

    /**
     * Counts of calls.
     *
     * @param plainWrites writes without a flag
     * @param durableWrites writes with RWF_DSYNC
     * @param syncs fdatasync and fsync
     */
    public record Calls(int plainWrites, int durableWrites, int syncs) {
        private Calls with(String line) {
            if (line.contains("sync(")) {
                return new Calls(plainWrites, durableWrites, syncs + 1);
            } else if (line.contains("RWF_DSYNC")) {
                return new Calls(plainWrites, durableWrites + 1, syncs);
            } else if (line.contains("pwrite")) {
                return new Calls(plainWrites + 1, durableWrites, syncs);
            }
            return this;
        }
    }
}
