package dev.platter.backend.file;

import dev.platter.api.block.BackendException;
import dev.platter.linux.Errnos;

/** Sentences for what the host refuses on the control path. */
final class HostFailures {
    private HostFailures() {}

    /**
     * A failed operation.
     *
     * @param operation a verb that fits before a path
     * @param answer the call's negative errno
     */
    static BackendException of(String operation, String path, long answer) {
        return of(operation, path, answer, "");
    }

    /**
     * A failed operation, with a remedy.
     *
     * @param remedy appended as it is
     */
    static BackendException of(String operation, String path, long answer, String remedy) {
        int errno = (int) -answer;
        return new BackendException(
                "cannot "
                        + operation
                        + " "
                        + path
                        + ": "
                        + Errnos.message(errno)
                        + " ("
                        + Errnos.name(errno)
                        + ")"
                        + remedy,
                errno);
    }
}
