package dev.platter.it.crash;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockBackendProvider;
import dev.platter.backend.posix.PosixBackend;
import dev.platter.conformance.gate.HookedCalls;
import dev.platter.linux.LinuxFileCalls;
import java.util.Optional;

/** A backend that is wrong on purpose: it never synchronises anything. Not announced anywhere. */
public final class ForgetfulBackendProvider implements BlockBackendProvider {
    /** For {@link java.util.ServiceLoader}. */
    public ForgetfulBackendProvider() {}

    @Override
    public String name() {
        return "forgetful";
    }

    @Override
    public int priority() {
        return -1;
    }

    @Override
    public Optional<String> unavailable() {
        return Optional.empty();
    }

    @Override
    public BlockBackend open(BackendOptions options) throws BackendException {
        return PosixBackend.open(
                options,
                arena ->
                        HookedCalls.files(
                                new LinuxFileCalls(arena),
                                (call, arguments, real) ->
                                        call.equals("fdatasync") ? 0 : real.call()));
    }
}
