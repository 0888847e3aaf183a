package dev.platter.backend.posix;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockBackendProvider;
import dev.platter.linux.LinuxFileCalls;
import java.util.Optional;

/** The provider of {@link PosixBackend}: works wherever Platter does, and is the last resort. */
public final class PosixBackendProvider implements BlockBackendProvider {
    private static final int PRIORITY = 10;

    /** For {@link java.util.ServiceLoader}. */
    public PosixBackendProvider() {}

    @Override
    public String name() {
        return PosixBackend.NAME;
    }

    @Override
    public int priority() {
        return PRIORITY;
    }

    @Override
    public Optional<String> unavailable() {
        return Optional.empty();
    }

    @Override
    public BlockBackend open(BackendOptions options) throws BackendException {
        return PosixBackend.open(options, LinuxFileCalls::new);
    }
}
