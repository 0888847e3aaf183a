package dev.platter.conformance.memory;

import dev.platter.api.memory.IoVector;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** A request of a {@link ReferenceQueue}: what was asked, and the steps that are left of it. */
final class ReferenceRequest {
    /** One thing to do. */
    interface Step {
        /** The answer of a step that is done. */
        int DONE = 0;

        /** The answer of one that must be tried again later. */
        int AGAIN = 1;

        /** {@link #DONE}, {@link #AGAIN}, or a negative errno, which ends the request. */
        int run();
    }

    /** What was asked. */
    enum Kind {
        READ,
        WRITE,
        FLUSH,
        ZEROES,
        DISCARD
    }

    final Kind kind;
    final long tag;
    final long offset;
    final long length;
    final int flags;
    final Deque<Step> steps = new ArrayDeque<>();
    private final @Nullable IoVector vector;

    /** What a flush must cover: the count of writes when it was submitted. */
    long generation;

    /** What its synchronisation covers: the count of writes when that started. */
    long startedAt;

    /** Which synchronisation found something to do. */
    boolean synced;

    /** The answer of the last host operation. */
    int answer;

    /** The result, once it has ended. */
    int result;

    ReferenceRequest(
            Kind kind, long tag, long offset, long length, int flags, @Nullable IoVector vector) {
        this.kind = kind;
        this.tag = tag;
        this.offset = offset;
        this.length = length;
        this.flags = flags;
        this.vector = vector;
    }

    /** In how many pieces of memory its data lies. */
    int pieces() {
        return vector == null ? 0 : vector.count();
    }

    /** A part of the data to write. */
    byte[] data(long at, int bytes) {
        byte[] data = new byte[bytes];
        if (vector != null) {
            vector.copyTo(at, MemorySegment.ofArray(data), 0, bytes);
        }
        return data;
    }

    /** A part of the data that was read. */
    void data(long at, byte[] data, int bytes) {
        if (vector != null) {
            vector.copyFrom(at, MemorySegment.ofArray(data), 0, bytes);
        }
    }

    /** The result if nothing goes wrong. */
    int success() {
        return kind == Kind.READ || kind == Kind.WRITE ? (int) length : 0;
    }
}
