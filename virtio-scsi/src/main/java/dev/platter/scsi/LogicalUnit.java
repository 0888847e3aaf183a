package dev.platter.scsi;

import dev.platter.api.block.BlockBackend;

/**
 * A direct-access logical unit over one backend: what all queues that reach it share. Thread-safe;
 * does not own the backend.
 */
public final class LogicalUnit {
    private final BlockBackend backend;
    private final LogicalUnitOptions options;

    /**
     * A logical unit with a pending "power on" unit attention.
     *
     * @throws IllegalArgumentException in one sentence, if the image and the options do not fit
     */
    public LogicalUnit(BlockBackend backend, LogicalUnitOptions options) {
        this.backend = backend;
        this.options = options;
    }

    /** Whether the volatile write cache is on now: the live WCE bit. */
    public boolean writeCacheEnabled() {
        return options.cacheMode().writeback();
    }

    BlockBackend backend() {
        return backend;
    }
}
