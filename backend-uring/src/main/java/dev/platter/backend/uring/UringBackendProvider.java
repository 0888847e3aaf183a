package dev.platter.backend.uring;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockBackendProvider;
import dev.platter.linux.LinuxFileCalls;
import dev.platter.linux.LinuxIoUringCalls;
import java.lang.foreign.Arena;
import java.util.Optional;

/** The provider of {@link UringBackend}. */
public final class UringBackendProvider implements BlockBackendProvider {
    /** Above the POSIX backend's. */
    private static final int PRIORITY = 20;

    /** For {@link java.util.ServiceLoader}. */
    public UringBackendProvider() {}

    @Override
    public String name() {
        return UringBackend.NAME;
    }

    @Override
    public int priority() {
        return PRIORITY;
    }

    @Override
    public Optional<String> unavailable() {
        try (Arena arena = Arena.ofConfined()) {
            UringSupport.require(new LinuxIoUringCalls(arena));
            return Optional.empty();
        } catch (BackendException lacking) {
            return Optional.of(UringSupport.sentence(lacking));
        }
    }

    /** What the kernel's io_uring grants, in one sentence, or why it grants nothing. */
    public String diagnosis() {
        try (Arena arena = Arena.ofConfined()) {
            return UringSupport.require(new LinuxIoUringCalls(arena)).sentence();
        } catch (BackendException lacking) {
            return UringSupport.sentence(lacking);
        }
    }

    @Override
    public BlockBackend open(BackendOptions options) throws BackendException {
        return UringBackend.open(options, LinuxFileCalls::new, LinuxIoUringCalls::new);
    }
}
