package dev.platter.backend.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.platter.linux.IoUringCqe;
import dev.platter.linux.IoUringParams;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The consumer's side of the completion queue: {@link #next} moves to a completion, whose fields
 * are then read. Owner thread only.
 */
final class CompletionQueue {
    private static final VarHandle COUNTER = JAVA_INT.varHandle();

    private final MemorySegment ring;
    private final long headOffset;
    private final long tailOffset;
    private final long entriesOffset;
    private final int mask;

    private int head;

    /** The kernel's tail as it was when we last looked. */
    private int seenTail;

    private long userData;
    private int result;
    private int flags;

    CompletionQueue(MemorySegment ring, IoUringParams params) {
        this.ring = ring;
        headOffset = params.completionHeadOffset();
        tailOffset = params.completionTailOffset();
        entriesOffset = params.completionEntriesOffset();
        mask = params.completions() - 1;
    }

    /** Moves to the next completion; false when there is none. */
    boolean next() {
        if (head == seenTail) {
            // Acquire: the completions' contents are read behind the tail that covers them.
            seenTail = (int) COUNTER.getAcquire(ring, tailOffset);
            if (head == seenTail) {
                return false;
            }
        }
        long at = entriesOffset + (long) (head & mask) * IoUringCqe.BYTES;
        userData = ring.get(JAVA_LONG, at + IoUringCqe.USER_DATA);
        result = ring.get(JAVA_INT, at + IoUringCqe.RES);
        flags = ring.get(JAVA_INT, at + IoUringCqe.FLAGS);
        head++;
        // Release: we have read the entry before the kernel may fill it anew.
        COUNTER.setRelease(ring, headOffset, head);
        return true;
    }

    /** Whether there is a completion to move to. */
    boolean isEmpty() {
        return head == seenTail && head == (int) COUNTER.getAcquire(ring, tailOffset);
    }

    long userData() {
        return userData;
    }

    int result() {
        return result;
    }

    int flags() {
        return flags;
    }
}
