package dev.platter.backend.posix;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.CacheMode;
import dev.platter.conformance.Capabilities;
import dev.platter.conformance.kit.BackendConformance;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The POSIX backend keeps the contract. */
class PosixConformanceTest extends BackendConformance {
    private static final PosixBackendProvider PROVIDER = new PosixBackendProvider();

    @Override
    public String name() {
        return "posix";
    }

    @Override
    public BlockBackend open(String location, CacheMode mode) throws BackendException {
        return PROVIDER.open(BackendOptions.of(location, mode));
    }

    @Override
    public Optional<BlockBackend> openReadOnly(String location, CacheMode mode)
            throws BackendException {
        return Optional.of(
                PROVIDER.open(
                        new BackendOptions(
                                location, mode, true, true, OptionalLong.empty(), Map.of())));
    }

    @Override
    public Capabilities capabilities() {
        return Capabilities.NONE.withoutAllocation().withCountedSyncs();
    }
}
