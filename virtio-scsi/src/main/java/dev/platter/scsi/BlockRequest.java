package dev.platter.scsi;

import dev.platter.api.block.BlockQueue;
import dev.platter.api.memory.IoVector;
import org.jspecify.annotations.Nullable;

/** One request to a backend, kept so that it can be submitted again if its queue was full. */
final class BlockRequest {
    private enum Kind {
        NONE,
        READ,
        WRITE,
        FLUSH,
        WRITE_ZEROES,
        DISCARD,
        BACKGROUND
    }

    private Kind kind = Kind.NONE;
    private long offsetBytes;
    private long lengthBytes;
    private int flags;
    private @Nullable IoVector vector;

    void read(long offset, IoVector target) {
        set(Kind.READ, offset, target.lengthBytes(), 0);
        vector = target;
    }

    void write(long offset, IoVector source, int newFlags) {
        set(Kind.WRITE, offset, source.lengthBytes(), newFlags);
        vector = source;
    }

    void flush() {
        set(Kind.FLUSH, 0, 0, 0);
    }

    void writeZeroes(long offset, long length, int newFlags) {
        set(Kind.WRITE_ZEROES, offset, length, newFlags);
    }

    void discard(long offset, long length, int newFlags) {
        set(Kind.DISCARD, offset, length, newFlags);
    }

    /** Work that goes past the backend's queue. */
    void background() {
        set(Kind.BACKGROUND, 0, 0, 0);
    }

    private void set(Kind newKind, long offset, long length, int newFlags) {
        kind = newKind;
        offsetBytes = offset;
        lengthBytes = length;
        flags = newFlags;
    }

    /** Submits the request; false if the queue was full, and then it can be tried again. */
    boolean submit(BlockQueue queue, long tag) {
        IoVector data = vector;
        return switch (kind) {
            case READ -> data != null && queue.readv(tag, offsetBytes, data);
            case WRITE -> data != null && queue.writev(tag, offsetBytes, data, flags);
            case FLUSH -> queue.flush(tag);
            case WRITE_ZEROES -> queue.writeZeroes(tag, offsetBytes, lengthBytes, flags);
            case DISCARD -> queue.discard(tag, offsetBytes, lengthBytes, flags);
            case NONE, BACKGROUND -> throw new IllegalStateException("no request");
        };
    }

    /** Whether a result is the whole success that the backend's contract names. */
    boolean isWhole(int result) {
        return (kind != Kind.READ && kind != Kind.WRITE) || result == lengthBytes;
    }

    /** The length of the request, in bytes. */
    long lengthBytes() {
        return lengthBytes;
    }
}
