package dev.platter.conformance.memory;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.CacheMode;
import dev.platter.conformance.Capabilities;
import dev.platter.conformance.Media;
import dev.platter.conformance.kit.BackendConformance;
import java.util.Optional;

/** The reference keeps every rule. */
class ReferenceConformanceTest extends BackendConformance {
    @Override
    public String name() {
        return "reference";
    }

    @Override
    public BlockBackend open(String location, CacheMode mode) throws BackendException {
        return ReferenceBackend.open(location, mode);
    }

    @Override
    public Optional<BlockBackend> openReadOnly(String location, CacheMode mode)
            throws BackendException {
        return Optional.of(ReferenceBackend.openReadOnly(location, mode));
    }

    @Override
    public Capabilities capabilities() {
        return Capabilities.NONE.withAtomicReads().withCountedSyncs();
    }

    @Override
    public Media media() {
        return new MemoryMedia();
    }
}
