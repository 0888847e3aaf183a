package dev.platter.cli.doctor;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockBackendProvider;
import dev.platter.api.block.CacheMode;
import dev.platter.backend.uring.UringBackendProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.ServiceLoader;

/** What a disk image at a path would get: tried with each backend, buffered and direct. */
final class PathCheck {
    private static final long SCRATCH_BYTES = 1 << 20;

    private PathCheck() {}

    /** Opens an image, or in a folder a scratch image that is removed again. */
    static List<Finding> findings(Path path) {
        List<Finding> findings = new ArrayList<>();
        for (BlockBackendProvider provider : ServiceLoader.load(BlockBackendProvider.class)) {
            if (provider.unavailable().isPresent()) {
                findings.add(Finding.note(provider.name(), provider.unavailable().get()));
                continue;
            }
            findings.add(tried(provider, path, CacheMode.WRITETHROUGH, "page cache"));
            findings.add(tried(provider, path, CacheMode.DIRECTSYNC, "O_DIRECT"));
        }
        Optional<String> refusal =
                new UringBackendProvider()
                        .refusesPolling(
                                Files.isDirectory(path) ? path.resolve("scratch.raw") : path);
        findings.add(
                refusal.isEmpty()
                        ? Finding.ok("iopoll", "the disk can be polled (iopoll=on)")
                        : Finding.note("iopoll", refusal.get()));
        return findings;
    }

    private static Finding tried(
            BlockBackendProvider provider, Path path, CacheMode mode, String subject) {
        try {
            return Files.isDirectory(path)
                    ? inFolder(provider, path, mode, subject)
                    : open(provider, existing(path, mode), subject);
        } catch (IOException e) {
            return Finding.bad(subject, "a scratch file could not be made: " + e.getMessage());
        }
    }

    private static Finding inFolder(
            BlockBackendProvider provider, Path folder, CacheMode mode, String subject)
            throws IOException {
        Path scratchFolder = Files.createTempDirectory(folder, "platter-doctor");
        Path scratch = scratchFolder.resolve("scratch.raw");
        try {
            BackendOptions options =
                    new BackendOptions(
                            scratch.toString(),
                            mode,
                            false,
                            true,
                            OptionalLong.of(SCRATCH_BYTES),
                            Map.of());
            return open(provider, options, subject);
        } finally {
            Files.deleteIfExists(scratch);
            Files.deleteIfExists(scratchFolder);
        }
    }

    private static BackendOptions existing(Path path, CacheMode mode) {
        return new BackendOptions(
                path.toString(), mode, true, true, OptionalLong.empty(), Map.of());
    }

    private static Finding open(
            BlockBackendProvider provider, BackendOptions options, String subject) {
        try (BlockBackend backend = provider.open(options)) {
            return Finding.ok(subject, backend.description());
        } catch (BackendException e) {
            String text = String.valueOf(e.getMessage());
            return options.cacheMode().direct()
                    ? Finding.note(subject, text)
                    : Finding.bad(subject, text);
        }
    }
}
