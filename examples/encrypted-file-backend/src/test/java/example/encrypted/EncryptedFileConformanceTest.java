package example.encrypted;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.CacheMode;
import dev.platter.conformance.kit.BackendConformance;
import dev.platter.conformance.Capabilities;
import java.nio.file.Path;
import java.util.Optional;

/** All that there is to do: the kit mounts its crash file system and does the rest. */
class EncryptedFileConformanceTest extends BackendConformance {
    private static final byte[] KEY = new byte[64];

    @Override
    public BlockBackend open(String location, CacheMode mode) throws BackendException {
        return EncryptedFileBackend.open(Path.of(location), KEY, false);
    }

    @Override
    public Optional<BlockBackend> openReadOnly(String location, CacheMode mode)
            throws BackendException {
        return Optional.of(EncryptedFileBackend.open(Path.of(location), KEY, true));
    }

    @Override
    public Capabilities capabilities() {
        // The page cache is always used, so direct modes would be the same again.
        return Capabilities.NONE.in(
                CacheMode.WRITEBACK, CacheMode.WRITETHROUGH, CacheMode.UNSAFE);
    }
}
