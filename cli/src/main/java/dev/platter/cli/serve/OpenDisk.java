package dev.platter.cli.serve;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockBackendProvider;
import dev.platter.api.block.CacheMode;
import dev.platter.scsi.LogicalUnit;
import dev.platter.scsi.LogicalUnitOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A disk whose image is open, with the logical unit over it. */
public final class OpenDisk implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OpenDisk.class);

    /** The best first; looked for once, as every search reads the jars. */
    private static final List<BlockBackendProvider> PROVIDERS =
            ServiceLoader.load(BlockBackendProvider.class).stream()
                    .map(ServiceLoader.Provider::get)
                    .sorted(Comparator.comparingInt(BlockBackendProvider::priority).reversed())
                    .toList();

    private final DiskSpec spec;
    private final BlockBackend backend;
    private final LogicalUnit unit;
    private final boolean created;

    private OpenDisk(DiskSpec spec, BlockBackend backend, LogicalUnit unit, boolean created) {
        this.spec = spec;
        this.backend = backend;
        this.unit = unit;
        this.created = created;
    }

    /** Opens the image with the backend the user chose, or the best that works here. */
    static OpenDisk open(DiskSpec spec) throws UsageException {
        boolean created = !Files.exists(Path.of(spec.file()));
        BlockBackendProvider provider = provider(spec.backend());
        BlockBackend backend;
        try {
            backend = provider.open(spec.backendOptions());
        } catch (BackendException e) {
            throw new UsageException("--disk: " + e.getMessage());
        }
        try {
            LogicalUnit unit =
                    new LogicalUnit(backend, unitOptions(spec), FileReservationStore.of(spec));
            makeDurable(spec, backend);
            return new OpenDisk(spec, backend, unit, created);
        } catch (IllegalArgumentException | BackendException e) {
            undo(spec, backend, created);
            throw new UsageException("--disk: " + spec.file() + ": " + e.getMessage());
        }
    }

    /**
     * A guest that sees write-through never flushes, so what the image's last user left in the page
     * cache is made durable before the guest can read it.
     */
    private static void makeDurable(DiskSpec spec, BlockBackend backend) throws BackendException {
        CacheMode mode = spec.cacheMode();
        if (!mode.writeback() && !mode.noFlush() && !spec.readOnly()) {
            flush(spec, backend);
        }
    }

    /**
     * The provider of a name, or the best that works here for {@code auto}.
     *
     * @throws UsageException if there is none, or it cannot work here
     */
    public static BlockBackendProvider provider(String name) throws UsageException {
        for (BlockBackendProvider provider : PROVIDERS) {
            boolean named = provider.name().equals(name);
            Optional<String> unavailable = provider.unavailable();
            if (named && unavailable.isPresent()) {
                throw new UsageException("--disk: backend=" + name + ": " + unavailable.get());
            } else if (named || (name.equals("auto") && unavailable.isEmpty())) {
                return provider;
            }
            if (name.equals("auto")) {
                LOG.info(
                        "backend=auto passes {} over: {}", provider.name(), unavailable.orElse(""));
            }
        }
        List<String> names = PROVIDERS.stream().map(BlockBackendProvider::name).toList();
        throw new UsageException(
                "--disk: backend="
                        + name
                        + " is not in this build; use auto or "
                        + String.join(" or ", names)
                        + ".");
    }

    private static LogicalUnitOptions unitOptions(DiskSpec spec) {
        return LogicalUnitOptions.builder()
                .cacheMode(spec.cacheMode())
                .revision(BuildVersion.revision())
                .serial(spec.serial().orElse(""))
                .wwn(spec.wwn())
                .rotationRate(spec.rotationRate())
                .dpofua(spec.dpofua())
                .discard(spec.discard())
                .logicalBlockBytes(spec.logicalBlockBytes())
                .physicalBlockBytes(spec.physicalBlockBytes().orElse(0))
                .build();
    }

    DiskSpec spec() {
        return spec;
    }

    BlockBackend backend() {
        return backend;
    }

    LogicalUnit unit() {
        return unit;
    }

    /** Closes the image, and removes it if opening it had created it. */
    void undo() {
        undo(spec, backend, created);
    }

    private static void undo(DiskSpec spec, BlockBackend backend, boolean created) {
        try {
            if (created) {
                Files.deleteIfExists(Path.of(spec.file())); // while the lock is ours still
            }
            backend.close();
        } catch (BackendException | IOException e) {
            LOG.warn("{}: closing: {}", spec.file(), e.getMessage());
        }
    }

    /** Flushes, unless the mode says never, and closes the image. */
    @Override
    public void close() throws BackendException {
        unit.stop();
        try {
            if (!spec.cacheMode().noFlush()) {
                flush(spec, backend);
            }
        } finally {
            backend.close();
        }
    }

    private static void flush(DiskSpec spec, BlockBackend backend) throws BackendException {
        int result = backend.flush();
        if (result < 0) {
            throw new BackendException(
                    spec.file() + ": a flush failed: what was not flushed before may be lost",
                    -result);
        }
    }
}
