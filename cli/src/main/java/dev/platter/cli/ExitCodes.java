package dev.platter.cli;

/** The exit codes of every command. */
final class ExitCodes {
    /** Done as asked. */
    static final int OK = 0;

    /** Something failed while running, or a demonstration contradicted its promise. */
    static final int FAILED = 1;

    /** The command line or its environment is wrong; nothing was created or changed. */
    static final int USAGE = 2;

    private ExitCodes() {}
}
