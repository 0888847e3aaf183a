package dev.platter.it.crash;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockBackendProvider;
import dev.platter.api.block.CacheMode;
import dev.platter.conformance.crashfs.CrashFileSystem;
import dev.platter.conformance.torture.DiskOpener;
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
        BlockBackendProvider provider = provider(backend);
        return location ->
                provider.open(
                        new BackendOptions(
                                location, mode, false, true, OptionalLong.empty(), properties));
    }

    /** The options of a way of durable writes; a crash file system heeds the flag. */
    static Map<String, String> dsync(String way) {
        return way.equals("rwf")
                ? Map.of("dsync", way, "unsafe-dsync", "on")
                : Map.of("dsync", way);
    }
}
