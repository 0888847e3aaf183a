package dev.platter.scsi;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockBackend;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A direct-access logical unit over one backend: what all queues that reach it share. Thread-safe;
 * does not own the backend.
 */
public final class LogicalUnit {
    private static final Logger LOG = LoggerFactory.getLogger(LogicalUnit.class);

    private final BlockBackend backend;
    private final LogicalUnitOptions options;
    private final Geometry geometry;
    private final CachePolicy cache;
    private final InquiryData inquiry;
    private final UnitAttention attention = new UnitAttention();

    /**
     * A logical unit with a pending "power on" unit attention.
     *
     * @throws IllegalArgumentException in one sentence, if the image and the options do not fit
     */
    public LogicalUnit(BlockBackend backend, LogicalUnitOptions options) {
        this.backend = backend;
        this.options = options;
        geometry = Geometry.of(backend, options);
        cache = new CachePolicy(options.cacheMode());
        inquiry = new InquiryData(geometry, options);
        attention.raise(AdditionalSense.RESET_OCCURRED);
    }

    /** Whether the volatile write cache is on now: the live WCE bit. */
    public boolean writeCacheEnabled() {
        return cache.writeCacheEnabled();
    }

    /** A reset that a running guest lives through: nothing weakens behind its back. */
    void reset() {
        attention.raise(AdditionalSense.RESET_OCCURRED);
    }

    /** A new driver, which reads the mode pages again: back to the configuration. */
    void restart() {
        boolean wasVolatile = cache.writeCacheEnabled();
        cache.reset();
        if (wasVolatile && !cache.writeCacheEnabled() && flushes()) {
            flushForTheNextDriver();
        }
        attention.raise(AdditionalSense.RESET_OCCURRED);
    }

    /** It reads what the last driver left volatile, sees WCE=0, and will never flush. */
    private void flushForTheNextDriver() {
        try {
            int result = backend.flush();
            if (result < 0) {
                LOG.warn(
                        "{}: the flush at a reset failed: errno {}",
                        backend.description(),
                        -result);
            }
        } catch (BackendException e) {
            LOG.warn("{}: the flush at a reset failed: {}", backend.description(), e.getMessage());
        }
    }

    BlockBackend backend() {
        return backend;
    }

    LogicalUnitOptions options() {
        return options;
    }

    Geometry geometry() {
        return geometry;
    }

    CachePolicy cache() {
        return cache;
    }

    InquiryData inquiry() {
        return inquiry;
    }

    UnitAttention attention() {
        return attention;
    }

    boolean readOnly() {
        return backend.readOnly();
    }

    /** Whether a flush can have anything to do: a read-only disk has nothing to make durable. */
    boolean flushes() {
        return cache.flushes() && !backend.readOnly();
    }

    /** The device-specific parameter of a mode parameter header (SBC-4 §6.5.1). */
    int deviceSpecificParameter() {
        return (readOnly() ? Sbc.MODE_WP : 0) | (options.dpofua() ? Sbc.MODE_DPOFUA : 0);
    }
}
