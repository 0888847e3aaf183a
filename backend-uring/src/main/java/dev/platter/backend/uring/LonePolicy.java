package dev.platter.backend.uring;

import dev.platter.backend.file.ImageFile;
import dev.platter.backend.file.InlinePolicy;
import dev.platter.backend.uring.Request.Operation;

/**
 * Which requests of one queue its owner carries out by a system call of its own: those that the
 * kernel would give to one of its workers, as it does what synchronises and, on most file systems,
 * buffered writes. The hop there and back costs more than the call. What waits for the disk the
 * owner does only alone; a copy into the page cache in any company. When, is for {@link
 * InlinePolicy} to say. Owner thread only.
 */
final class LonePolicy {
    private static final int NONE = -1;
    private static final int SYNC = 0;
    private static final int DURABLE_WRITE = 1;
    private static final int BUFFERED_WRITE = 2;
    private static final int KINDS = 3;

    private final InlinePolicy policy = new InlinePolicy(KINDS);
    private final boolean direct;

    /** On a raw device the system call writes with FUA and then flushes; the ring only writes. */
    private final boolean flushedTwice;

    private final boolean enabled;

    LonePolicy(ImageFile image, boolean enabled) {
        direct = image.direct();
        flushedTwice = image.blockDevice();
        this.enabled = enabled;
    }

    InlinePolicy policy() {
        return policy;
    }

    /** Whether a request that was prepared is one of those. */
    boolean concerns(Request request) {
        return enabled && kind(request) != NONE;
    }

    int kind(Request request) {
        if (request.operation == Operation.FLUSH) {
            return SYNC;
        }
        if (request.operation != Operation.WRITE || request.bounced || request.syncing) {
            return NONE;
        }
        return switch (request.way) {
            case DSYNC -> flushedTwice ? NONE : DURABLE_WRITE;
            case LINKED -> DURABLE_WRITE;
            case VOLATILE -> direct ? NONE : BUFFERED_WRITE;
            case FLUSHED -> NONE;
        };
    }

    /** Whether a request that was prepared is a copy into the page cache, to be made at once. */
    boolean copies(Request request) {
        return enabled && kind(request) == BUFFERED_WRITE && policy.brief(BUFFERED_WRITE);
    }

    boolean inline(Request request, long nowNanos) {
        return policy.inline(kind(request), nowNanos);
    }

    void measured(int kind, long nanos) {
        policy.measured(kind, nanos);
    }

    /** The host has answered a request: how long it took tells whether to make such a call here. */
    void answered(Request request) {
        if (request.handedOverNanos != 0) {
            int kind = kind(request);
            if (kind != NONE) {
                policy.measured(kind, System.nanoTime() - request.handedOverNanos);
            }
            request.handedOverNanos = 0;
        }
    }
}
