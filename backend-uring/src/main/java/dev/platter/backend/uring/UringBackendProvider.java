package dev.platter.backend.uring;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockBackendProvider;
import dev.platter.api.block.CacheMode;
import dev.platter.linux.IoUringSetup;
import dev.platter.linux.LinuxFileCalls;
import dev.platter.linux.LinuxIoUringCalls;
import java.lang.foreign.Arena;
import java.nio.file.Path;
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

    /** Whether {@code sqpoll=on} works here; if not, why, in one sentence. */
    public Optional<String> refusesSubmissionThread() {
        try (Arena arena = Arena.ofConfined();
                Ring ring = Ring.open(new LinuxIoUringCalls(arena), 1, 1, RingUse.KERNEL_SUBMITS)) {
            return ring.grant().has(IoUringSetup.SQPOLL)
                    ? Optional.empty()
                    : Optional.of("the kernel grants no thread that takes submissions");
        } catch (BackendException lacking) {
            return Optional.of(UringSupport.sentence(lacking));
        }
    }

    /** Whether {@code iopoll=on} would work for an image here; if not, why, in one sentence. */
    public Optional<String> refusesPolling(Path image) {
        try (Arena arena = Arena.ofConfined()) {
            BackendOptions options = BackendOptions.of(image.toString(), CacheMode.NONE);
            PollingProbe.requirePolledDisk(options, new LinuxFileCalls(arena), arena);
            return Optional.empty();
        } catch (BackendException lacking) {
            return Optional.of(UringSupport.sentence(lacking));
        }
    }

    @Override
    public BlockBackend open(BackendOptions options) throws BackendException {
        return UringBackend.open(options, LinuxFileCalls::new, LinuxIoUringCalls::new);
    }
}
