package dev.platter.backend.uring;

import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import dev.platter.backend.file.BounceBuffer;
import dev.platter.linux.Errnos;
import dev.platter.linux.RwFlags;
import org.jspecify.annotations.Nullable;

/**
 * One accepted request, from its submission to its completion. The objects are made with the queue
 * and used again and again; each has a slot, the number by which completions find it.
 */
final class Request {
    /** What is asked. */
    enum Operation {
        READ,
        WRITE,
        FLUSH,
        ZEROES,
        DISCARD
    }

    /** How a write becomes as durable as it must be. */
    enum Way {
        /** Not at all: it promises nothing. */
        VOLATILE,
        /** The host makes it durable in the same operation. */
        DSYNC,
        /** A synchronisation is linked to its last part. */
        LINKED,
        /** It is followed by a synchronisation that others may share. */
        FLUSHED
    }

    final int slot;
    Operation operation = Operation.READ;
    long tag;
    long offset;
    long length;
    int flags;
    @Nullable IoVector vector;
    Way way = Way.VOLATILE;

    /** How much of the length has been transferred. */
    long done;

    /** How much the running operation transfers if nothing goes wrong. */
    int partBytes;

    /** How many completions the running operation still owes. */
    int owed;

    /** The answers of the running operation and of the synchronisation linked to it. */
    int callResult;

    int syncResult;

    /** How often in a row the host has asked to try again. */
    int tries;

    /** Whether the next operation is to be given to a worker at once. */
    boolean async;

    /** Whether the running operation is in the ring whose completions are polled for. */
    boolean polled;

    /** Whether the memory misses what {@code O_DIRECT} asks, and the slab it then goes through. */
    boolean bounced;

    @Nullable BounceBuffer slab;

    /** The place of the descriptor it synchronises by, or {@link QueueFiles#NONE}. */
    int syncFile = QueueFiles.NONE;

    /** The call that a request on a range is at. */
    RangeStep step = RangeStep.NOTHING;

    /** Whether all that is left to do is a synchronisation, and the generation it must cover. */
    boolean syncing;

    long generation;

    /** Whether it was accepted and its completion has not been delivered. */
    boolean inFlight;

    /** Whether its result is no longer wanted. */
    boolean unwanted;

    /** When the lone request was handed over, where that is to be measured; else 0. */
    long handedOverNanos;

    /** What the handler is told. */
    int result;

    @Nullable Request next;

    Request(int slot) {
        this.slot = slot;
    }

    /** Makes the object a new request. */
    void begin(Operation newOperation, long newTag, long newOffset, long newLength, int newFlags) {
        operation = newOperation;
        tag = newTag;
        offset = newOffset;
        length = newLength;
        flags = newFlags;
        way = Way.VOLATILE;
        done = 0;
        tries = 0;
        async = false;
        bounced = false;
        syncing = false;
        handedOverNanos = 0;
        unwanted = false;
    }

    /** Whether an answer of the host says that the request was given up, as was wished. */
    boolean givenUp(int answer) {
        return unwanted
                && (answer == -Errnos.ECANCELED
                        || answer == -Errnos.EINTR
                        || answer == -Errnos.EAGAIN);
    }

    boolean forced() {
        return (flags & IoFlags.FUA) != 0;
    }

    /** The flags of its kind of write, in a ring or a call. */
    int writeFlags() {
        return (way == Way.DSYNC ? RwFlags.RWF_DSYNC : 0) | (atomic() ? RwFlags.RWF_ATOMIC : 0);
    }

    boolean atomic() {
        return (flags & IoFlags.ATOMIC) != 0;
    }

    boolean transfers() {
        return operation == Operation.READ || operation == Operation.WRITE;
    }

    /** The vector of a transfer. */
    IoVector memory() {
        IoVector memory = vector;
        if (memory == null) {
            throw new IllegalStateException("not a transfer");
        }
        return memory;
    }

    /** What a success is answered with. */
    int success() {
        return transfers() ? (int) length : 0;
    }
}
