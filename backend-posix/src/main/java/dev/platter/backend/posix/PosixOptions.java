package dev.platter.backend.posix;

import dev.platter.api.block.BackendException;
import dev.platter.backend.file.DsyncPreference;
import dev.platter.backend.file.ImageFile;
import dev.platter.backend.file.InlinePolicy;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a user may choose of this backend.
 *
 * @param dsync how writes become durable
 * @param threads the most threads that make blocking calls beside the owners of queues
 * @param idleNanos how long such a thread waits for work before it ends
 * @param ownerCalls whether owners make lone short calls themselves
 */
record PosixOptions(DsyncPreference dsync, int threads, long idleNanos, boolean ownerCalls) {
    /** The property that limits the threads. */
    static final String THREADS = "threads";

    private static final Set<String> KNOWN =
            Set.of(
                    DsyncPreference.PROPERTY,
                    DsyncPreference.UNSAFE_PROPERTY,
                    ImageFile.LOCKING,
                    InlinePolicy.PROPERTY,
                    THREADS);

    static final int DEFAULT_THREADS = 16;
    private static final long IDLE_NANOS = 10_000_000_000L;

    /**
     * Reads a backend's properties.
     *
     * @throws BackendException if one is unknown or wrong
     */
    static PosixOptions parse(Map<String, String> properties) throws BackendException {
        for (String name : new TreeSet<>(properties.keySet())) {
            if (!KNOWN.contains(name)) {
                throw new BackendException(
                        "the posix backend has no option "
                                + name
                                + ": it knows dsync, unsafe-dsync, locking, owner-calls and threads");
            }
        }
        return new PosixOptions(
                DsyncPreference.of(properties),
                threads(properties.get(THREADS)),
                IDLE_NANOS,
                InlinePolicy.enabled(properties));
    }

    private static int threads(@Nullable String text) throws BackendException {
        if (text == null) {
            return DEFAULT_THREADS;
        }
        try {
            int threads = Integer.parseInt(text);
            if (threads >= 1 && threads <= IoPool.MAX_THREADS) {
                return threads;
            }
        } catch (NumberFormatException e) {
            // As wrong as a number out of range.
        }
        throw new BackendException(
                "threads=" + text + " is not a number from 1 to " + IoPool.MAX_THREADS);
    }
}
