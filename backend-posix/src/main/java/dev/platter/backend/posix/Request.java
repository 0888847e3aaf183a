package dev.platter.backend.posix;

import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import dev.platter.linux.RwFlags;
import org.jspecify.annotations.Nullable;

/**
 * One request of a queue, in a place that is allocated once and used again. It belongs to one
 * thread at a time: to the owner, or to the pool's thread that took it out of a {@link SlotBits}.
 */
final class Request {
    static final int READ = 0;
    static final int WRITE = 1;
    static final int DURABLE_WRITE = 2;
    static final int FLUSH = 3;
    static final int ZEROES = 4;
    static final int DISCARD = 5;

    /** The number of kinds of host calls that {@link #kind} tells apart. */
    static final int KINDS = 12;

    /** Longer transfers take their time by themselves: they say nothing about the short ones. */
    private static final long LONG_TRANSFER_BYTES = 1 << 16;

    final int slot;

    /** Between acceptance and completion; the owner's. */
    boolean inFlight;

    /** Given up before it was started; the owner's. */
    boolean cancelled;

    int operation;
    long tag;
    long offset;
    long length;
    int flags;
    @Nullable IoVector vector;

    /** The generation that a synchronisation must cover; of a flush from the start. */
    long generation;

    /** Whether all that is left to do is to synchronise. */
    boolean syncs;

    /** The result, once it has ended, and until then what a successful synchronisation leaves. */
    int result;

    /** How long the host had it, in nanoseconds. */
    long nanos;

    Request(int slot) {
        this.slot = slot;
    }

    void begin(int newOperation, long newTag, long newOffset, long newLength, int newFlags) {
        inFlight = true;
        cancelled = false;
        operation = newOperation;
        tag = newTag;
        offset = newOffset;
        length = newLength;
        flags = newFlags;
        syncs = false;
        result = 0;
        nanos = 0;
    }

    boolean fua() {
        return (flags & IoFlags.FUA) != 0;
    }

    /** The flag of an atomic write for each of its calls, of which there is one. */
    int atomic() {
        return (flags & IoFlags.ATOMIC) != 0 ? RwFlags.RWF_ATOMIC : 0;
    }

    boolean transfer() {
        return operation <= DURABLE_WRITE;
    }

    /** The vector; only of a transfer. */
    IoVector memory() {
        if (vector == null) {
            throw new IllegalStateException("not a transfer");
        }
        return vector;
    }

    /** Which calls take about as long as this one's. */
    int kind() {
        boolean isLong = transfer() && length > LONG_TRANSFER_BYTES;
        return 2 * operation + (isLong ? 1 : 0);
    }
}
