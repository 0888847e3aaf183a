package dev.platter.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/**
 * The buffer into which downcalls of one thread capture {@code errno}. Captured, because between a
 * plain call's return and a later look at {@code errno} the virtual machine makes calls of its own.
 */
final class CallState {
    private static final StructLayout LAYOUT = Linker.Option.captureStateLayout();
    private static final long ERRNO_OFFSET = LAYOUT.byteOffset(PathElement.groupElement("errno"));

    private static final ThreadLocal<CallState> OF_THREAD =
            ThreadLocal.withInitial(() -> new CallState(Arena.ofAuto()));

    private final MemorySegment segment;

    CallState(Arena arena) {
        segment = arena.allocate(LAYOUT);
    }

    /** The buffer of the calling thread, for calls that belong to no thread-owned object. */
    static CallState ofThread() {
        return OF_THREAD.get();
    }

    /** The first argument of every handle of {@link Downcalls}. */
    MemorySegment segment() {
        return segment;
    }

    /** The call's own result, or {@code -errno} in place of a negative one. */
    int answer(int result) {
        return result < 0 ? -errno() : result;
    }

    /** The call's own result, or {@code -errno} in place of a negative one. */
    long answer(long result) {
        return result < 0 ? -errno() : result;
    }

    int errno() {
        return segment.get(ValueLayout.JAVA_INT, ERRNO_OFFSET);
    }
}
