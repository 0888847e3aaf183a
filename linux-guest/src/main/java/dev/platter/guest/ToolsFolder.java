package dev.platter.guest;

import java.nio.file.Path;
import java.util.Map;

/**
 * The folder where {@code scripts/install-test-tools} puts the kernel and initial RAM disks are
 * kept.
 */
final class ToolsFolder {
    private ToolsFolder() {}

    static Path get() {
        return of(System.getenv(), System.getProperty("user.home"));
    }

    /** The script computes the same: keep them alike. */
    static Path of(Map<String, String> environment, String home) {
        String named = environment.getOrDefault("PLATTER_TEST_TOOLS", "");
        if (!named.isEmpty()) {
            return Path.of(named);
        }
        String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
        String user = environment.getOrDefault("HOME", "");
        Path base =
                cache.isEmpty() ? Path.of(user.isEmpty() ? home : user, ".cache") : Path.of(cache);
        return base.resolve("platter/test-tools");
    }
}
