package dev.platter.backend.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.platter.linux.IoUringParams;
import dev.platter.linux.IoUringSetup;
import dev.platter.linux.IoUringSqe;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The submitter's side of the submission queue. Entries are claimed, filled in, published by the
 * tail, and handed over when the kernel is entered; the kernel copies an entry when it takes it, so
 * that its place is free once the call has ended. Owner thread only.
 *
 * <p>Head and tail count without end and wrap around; entry {@code n} lies at {@code n & mask}.
 */
final class SubmissionQueue {
    private static final VarHandle COUNTER = JAVA_INT.varHandle();

    private final MemorySegment ring;
    private final long headOffset;
    private final long tailOffset;
    private final long flagsOffset;
    private final int entries;
    private final Sqe sqe;

    /** Whether a thread of the kernel takes entries as soon as it sees them. */
    private final boolean kernelTakes;

    /** Entries shown to the kernel so far. */
    private int published;

    /** Entries claimed so far: our copy, as the one in the ring is only ours to write. */
    private int tail;

    /** Entries that the kernel has taken, as its calls have told, or its thread has shown. */
    private int taken;

    SubmissionQueue(MemorySegment ring, MemorySegment sqes, IoUringParams params) {
        this.ring = ring;
        headOffset = params.submissionHeadOffset();
        kernelTakes = (params.flags() & IoUringSetup.SQPOLL) != 0;
        tailOffset = params.submissionTailOffset();
        flagsOffset = params.submissionFlagsOffset();
        entries = params.submissions();
        sqe = new Sqe(sqes);
        if ((params.flags() & IoUringSetup.NO_SQARRAY) == 0) {
            // The array maps places of the queue to entries. One to one, for good: entries are
            // used in turn, and no two uses of one overlap.
            for (int i = 0; i < entries; i++) {
                ring.set(JAVA_INT, params.submissionArrayOffset() + (long) i * Integer.BYTES, i);
            }
        }
    }

    /** How many entries can be claimed. */
    int free() {
        if (kernelTakes) {
            // Acquire: it has read the entries before we fill their places anew.
            taken = (int) COUNTER.getAcquire(ring, headOffset);
        }
        return entries - unsubmitted();
    }

    /** Whether there are claimed entries that the kernel has not been shown. */
    boolean hasUnpublished() {
        return tail != published;
    }

    /** How many claimed entries the kernel has not taken yet. */
    int unsubmitted() {
        return tail - taken;
    }

    /** Claims the next entry; there is one, see {@link #free()}. */
    Sqe claim() {
        if (free() == 0) {
            throw new IllegalStateException("the submission queue is full");
        }
        return sqe.at(tail++ & (entries - 1));
    }

    /** The entry that was claimed last, to be filled in further. */
    Sqe last() {
        return sqe.at((tail - 1) & (entries - 1));
    }

    /** An entry not taken yet, counted from the oldest. */
    Sqe unsubmitted(int index) {
        return sqe.at((taken + index) & (entries - 1));
    }

    /** Whether the entry that the kernel took last is linked to the one that it will take next. */
    boolean cutInsideChain() {
        return unsubmitted() > 0
                && (sqe.at((taken - 1) & (entries - 1)).flags() & IoUringSqe.IO_LINK) != 0;
    }

    /** Shows the kernel all claimed entries, and answers how many it has not taken. */
    int publish() {
        // Release: the entries' contents are in memory before the tail that covers them.
        COUNTER.setRelease(ring, tailOffset, tail);
        published = tail;
        return unsubmitted();
    }

    /**
     * As {@link #publish}, to a thread of the kernel.
     *
     * @return the flags it shows: whether it must be woken
     */
    int publishToThread() {
        publish();
        // StoreLoad: the tail must be visible before the flags are read. The thread sets its flag,
        // fences, and looks at the tail once more before it sleeps: one of us sees the other.
        VarHandle.fullFence();
        return flags();
    }

    /** Notes that the kernel took entries. */
    void taken(int count) {
        taken += count;
    }

    /** Takes the youngest entry back, and answers its user data. */
    long takeBack() {
        long userData = last().userData();
        tail--;
        return userData;
    }

    /** The flags of {@link dev.platter.linux.IoUringSq} that the kernel shows just now. */
    int flags() {
        // Opaque: to be read anew each time; what they announce is collected by a system call.
        return (int) COUNTER.getOpaque(ring, flagsOffset);
    }
}
