package dev.platter.it.crash;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockBackendProvider;
import dev.platter.api.block.CacheMode;
import dev.platter.conformance.crashfs.CrashFileSystem;
import dev.platter.conformance.torture.DiskOpener;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.ServiceLoader;

/** The shipped backends on the crash file system. */
final class CrashDisks {
    static final List<CacheMode> MODES =
            List.of(
                    CacheMode.WRITEBACK,
                    CacheMode.NONE,
                    CacheMode.WRITETHROUGH,
                    CacheMode.DIRECTSYNC,
                    CacheMode.UNSAFE);

    private static final Optional<String> UNAVAILABLE = CrashFileSystem.unavailable();

    private CrashDisks() {}

    /** Skips the test with the reason, or fails it where {@code CI=true}. */
    static void require() {
        UNAVAILABLE.ifPresent(CrashDisks::skip);
    }

    static void skip(String reason) {
        if ("true".equals(System.getenv("CI"))) {
            fail(reason);
        }
        abort(reason);
    }

    /** The uring backend with every request through the ring, also a lone one. */
    static final String RING_ONLY = "uring-ring-only";

    static BlockBackendProvider provider(String backend) {
        BlockBackendProvider found =
                ServiceLoader.load(BlockBackendProvider.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .filter(provider -> provider.name().equals(backend))
                        .findFirst()
                        .orElseThrow();
        found.unavailable().ifPresent(CrashDisks::skip);
        return found;
    }

    /** A backend with options, as {@code --disk} gives them. */
    static DiskOpener opener(String backend, CacheMode mode, Map<String, String> properties) {
        BlockBackendProvider provider = provider(backend.equals(RING_ONLY) ? "uring" : backend);
        Map<String, String> all = new HashMap<>(properties);
        if (backend.equals(RING_ONLY)) {
            all.put("owner-calls", "off");
        }
        return location ->
                provider.open(
                        new BackendOptions(location, mode, false, true, OptionalLong.empty(), all));
    }

    /** The options of a way of durable writes; a crash file system heeds the flag. */
    static Map<String, String> dsync(String way) {
        return way.equals("rwf")
                ? Map.of("dsync", way, "unsafe-dsync", "on")
                : Map.of("dsync", way);
    }
}
