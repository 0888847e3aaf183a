package dev.platter.cli.console;

import java.io.PrintWriter;

/**
 * A progress line on standard error: rewritten in place on a terminal; elsewhere one line a step,
 * without the seconds that count up.
 */
public final class Progress {
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final PrintWriter err;
    private final boolean terminal;
    private String last = "";

    /** A line on this writer; rewritten in place if that is a terminal. */
    public Progress(PrintWriter err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
    }

    /** Shows what is being done. */
    public void show(String step) {
        if (terminal) {
            err.print(CLEAR_LINE + step + " ...");
            err.flush();
            return;
        }
        String stem = step.replaceFirst(", \\d+ s$", "");
        if (!stem.equals(last)) {
            last = stem;
            err.println(stem + " ...");
        }
    }

    /** Takes the line away before other output. */
    public void done() {
        if (terminal) {
            err.print(CLEAR_LINE);
            err.flush();
        }
    }
}
