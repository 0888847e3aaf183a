package dev.platter.backend.uring;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.CacheMode;
import dev.platter.conformance.Capabilities;
import dev.platter.conformance.Media;
import dev.platter.conformance.files.CrashFileMedia;
import dev.platter.conformance.litmus.DurableWriteLitmus;
import dev.platter.conformance.litmus.PowerCutLitmus;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The contract is kept where a thread of the kernel takes the submissions, too: the litmus tests,
 * which say when what is durable. All of the kit, by a base class of {@code BackendConformance},
 * takes minutes, as each queue starts such a thread.
 */
class SqpollConformanceTest implements DurableWriteLitmus, PowerCutLitmus {
    private static final UringBackendProvider PROVIDER = new UringBackendProvider();

    @Override
    public String name() {
        return "uring, sqpoll=on";
    }

    @Override
    public Media media() throws Exception {
        return CrashFileMedia.mountIfPossible();
    }

    @Override
    public Capabilities capabilities() {
        return Capabilities.NONE.withoutAllocation().withCountedSyncs();
    }

    @Override
    public BlockBackend open(String location, CacheMode mode) throws BackendException {
        return open(location, mode, false);
    }

    @Override
    public Optional<BlockBackend> openReadOnly(String location, CacheMode mode)
            throws BackendException {
        return Optional.of(open(location, mode, true));
    }

    private static BlockBackend open(String location, CacheMode mode, boolean readOnly)
            throws BackendException {
        return PROVIDER.open(
                new BackendOptions(
                        location,
                        mode,
                        readOnly,
                        true,
                        OptionalLong.empty(),
                        Map.of(RingOptions.SQPOLL, "on")));
    }
}
