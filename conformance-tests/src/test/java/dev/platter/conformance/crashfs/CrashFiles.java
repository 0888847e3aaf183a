package dev.platter.conformance.crashfs;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.util.Optional;

/** Whether tests can mount the crash file system. */
final class CrashFiles {
    private static final Optional<String> UNAVAILABLE = CrashFileSystem.unavailable();

    private CrashFiles() {}

    /** Skips the test with the reason, or fails it where {@code CI=true}. */
    static void require() {
        if (UNAVAILABLE.isPresent()) {
            if ("true".equals(System.getenv("CI"))) {
                fail(UNAVAILABLE.get());
            }
            abort(UNAVAILABLE.get());
        }
    }
}
