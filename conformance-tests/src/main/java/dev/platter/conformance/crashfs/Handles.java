package dev.platter.conformance.crashfs;

import java.util.HashMap;
import java.util.Map;

/**
 * The open file descriptions of all files, each with the error of a failed synchronisation that it
 * has still to report. Linux reports such an error to every description that was open at the time,
 * to each once, and to none that is opened later. The disk's lock guards it.
 */
final class Handles {
    private static final class Handle {
        private final long file;
        private int errno;

        Handle(long file) {
            this.file = file;
        }
    }

    private final Map<Long, Handle> open = new HashMap<>();
    private long last;

    /** A new description of a file: its number, never 0. */
    long open(long file) {
        open.put(++last, new Handle(file));
        return last;
    }

    void close(long number) {
        open.remove(number);
    }

    /** A synchronisation has failed, and this description has been told. */
    void failed(long file, int errno, long told) {
        open.forEach(
                (number, handle) -> {
                    if (handle.file == file && number != told) {
                        handle.errno = errno;
                    }
                });
    }

    /** The error that a description has to report now, which is then reported; or 0. */
    int report(long number) {
        Handle handle = open.get(number);
        if (handle == null) {
            return 0;
        }
        int errno = handle.errno;
        handle.errno = 0;
        return errno;
    }
}
