package dev.platter.guest;

import java.util.concurrent.TimeoutException;

/** A command that the guest killed at its limit, with what it had written until then. */
final class CommandKilledException extends TimeoutException {
    private static final long serialVersionUID = 1L;

    private final String output;

    CommandKilledException(String output) {
        super("the guest killed the command at its limit");
        this.output = output;
    }

    String output() {
        return output;
    }
}
