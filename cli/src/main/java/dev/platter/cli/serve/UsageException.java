package dev.platter.cli.serve;

/**
 * Something the user asked for that cannot be done as asked. The message is one sentence that names
 * the option and the remedy; the command prints it and exits with 2.
 */
public final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Makes the sentence. */
    public UsageException(String message) {
        super(message);
    }
}
