package dev.platter.backend.uring;

import dev.platter.api.block.BackendException;
import dev.platter.linux.Descriptors;
import dev.platter.linux.Errnos;
import dev.platter.linux.IoUringCalls;
import dev.platter.linux.IoUringCqe;
import dev.platter.linux.IoUringEnter;
import dev.platter.linux.IoUringOp;
import dev.platter.linux.IoUringParams;
import dev.platter.linux.IoUringRegister;
import dev.platter.linux.IoUringSetup;
import dev.platter.linux.IoUringSq;
import dev.platter.linux.IoUringSqe;
import dev.platter.linux.IoUringWaitTime;
import dev.platter.linux.LinuxException;
import dev.platter.linux.MappedFile;
import dev.platter.linux.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One io_uring: its descriptor, its mapped queues, and the calls on it. Any thread may open it; the
 * one that {@linkplain #enable enables} it owns it from then on.
 */
final class Ring implements AutoCloseable {
    private static final int ANY_PLACE = -1;
    private static final long FOREVER = -1;

    private final IoUringCalls calls;
    private final int fd;
    private final RingGrant grant;
    private final RingUse use;
    private final MappedFile queues;
    private final MappedFile entries;
    private final SubmissionQueue submissions;
    private final CompletionQueue completions;
    private final IoUringWaitTime waitTime = new IoUringWaitTime(Arena.ofAuto());
    private int enterFd;
    private int enterFlags = IoUringEnter.GETEVENTS;

    private Ring(IoUringCalls calls, int fd, IoUringParams params, RingUse use)
            throws LinuxException {
        this.calls = calls;
        this.fd = fd;
        this.use = use;
        enterFd = fd;
        grant = new RingGrant(params.flags(), params.features());
        queues = Memory.map(fd, IoUringSq.RING_OFFSET, queuesBytes(params), true);
        try {
            long entriesBytes = (long) params.submissions() * IoUringSqe.BYTES;
            entries = Memory.map(fd, IoUringSq.ENTRIES_OFFSET, entriesBytes, true);
        } catch (LinuxException failure) {
            queues.close();
            throw failure;
        }
        submissions = new SubmissionQueue(queues.segment(), entries.segment(), params);
        completions = new CompletionQueue(queues.segment(), params);
    }

    /**
     * Sets a ring up, disabled.
     *
     * @param calls the owner's own
     * @param size how many submissions it holds at least; more than the kernel's limit is cut to
     *     that
     * @param completions how many completions it holds at least; no less than submissions
     * @param use how the owner will learn of completions
     */
    static Ring open(IoUringCalls calls, int size, int completions, RingUse use)
            throws BackendException {
        return open(calls, size, completions, use, RingSetup.NO_RING);
    }

    /**
     * As the other.
     *
     * @param poller the descriptor of a ring whose kernel thread this one shares if it can, or
     *     {@link RingSetup#NO_RING}
     */
    static Ring open(IoUringCalls calls, int size, int completions, RingUse use, int poller)
            throws BackendException {
        try (Arena arena = Arena.ofConfined()) {
            IoUringParams params = new IoUringParams(arena);
            int fd = RingSetup.open(calls, params, size, completions, use, poller);
            if (fd < 0) {
                throw new BackendException(UringSupport.refusal(-fd), -fd);
            }
            return mapped(calls, fd, params, use);
        }
    }

    private static Ring mapped(IoUringCalls calls, int fd, IoUringParams params, RingUse use)
            throws BackendException {
        RingGrant grant = new RingGrant(params.flags(), params.features());
        try {
            if (grant.suffices()) {
                return new Ring(calls, fd, params, use);
            }
        } catch (LinuxException failure) {
            Descriptors.close(fd);
            throw new BackendException(
                    "cannot map an io_uring: " + failure.getMessage(), failure.errno());
        }
        Descriptors.close(fd);
        throw new BackendException(UringSupport.tooOld(), Errnos.ENOSYS);
    }

    private static long queuesBytes(IoUringParams params) {
        long completionsEnd =
                params.completionEntriesOffset() + (long) params.completions() * IoUringCqe.BYTES;
        if ((params.flags() & IoUringSetup.NO_SQARRAY) != 0) {
            return completionsEnd;
        }
        long arrayEnd =
                params.submissionArrayOffset() + (long) params.submissions() * Integer.BYTES;
        return Math.max(completionsEnd, arrayEnd);
    }

    /** The descriptor, readable while there are completions; it stays the ring's. */
    int fd() {
        return fd;
    }

    RingGrant grant() {
        return grant;
    }

    SubmissionQueue submissions() {
        return submissions;
    }

    CompletionQueue completions() {
        return completions;
    }

    /**
     * Enables the ring, for the calling thread if it is bound to one.
     *
     * @return 0 or a negative errno
     */
    int enable() {
        int answer = calls.register(fd, IoUringRegister.ENABLE_RINGS, MemorySegment.NULL, 0);
        if (answer >= 0 && use.entersOften()) {
            registerWithThread();
        }
        return answer;
    }

    /**
     * Registers the ring with the calling thread, which saves each later call the look-up of the
     * descriptor. A refusal, as by an older kernel or where the thread has 16 rings already, does
     * no harm.
     */
    private void registerWithThread() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment update = ringUpdate(arena, ANY_PLACE);
            if (calls.register(fd, IoUringRegister.RING_FDS, update, 1) == 1) {
                enterFd = update.get(ValueLayout.JAVA_INT, 0);
                enterFlags |= IoUringEnter.REGISTERED_RING;
            }
        }
    }

    /** Takes back what {@link #enable} registered; by the same thread. */
    void disown() {
        if ((enterFlags & IoUringEnter.REGISTERED_RING) == 0) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment update = ringUpdate(arena, enterFd);
            calls.register(fd, IoUringRegister.UNREGISTER_RING_FDS, update, 1);
        }
        enterFd = fd;
        enterFlags &= ~IoUringEnter.REGISTERED_RING;
    }

    private MemorySegment ringUpdate(Arena arena, int place) {
        MemorySegment update = arena.allocate(IoUringRegister.RING_UPDATE_BYTES, Long.BYTES);
        update.set(ValueLayout.JAVA_INT, 0, place);
        update.set(ValueLayout.JAVA_LONG, IoUringRegister.UPDATE_DATA_OFFSET, fd);
        return update;
    }

    /** {@code io_uring_register(2)} on this ring. */
    int register(int operation, MemorySegment argument, int count) {
        return calls.register(fd, operation, argument, count);
    }

    /**
     * Whether {@link #enter} would do anything: there are entries to hand over, or completions that
     * only the kernel can bring.
     */
    boolean needsEnter() {
        if (use == RingUse.KERNEL_SUBMITS) {
            return submissions.hasUnpublished()
                    || (submissions.flags() & IoUringSq.CQ_OVERFLOW) != 0;
        }
        return submissions.unsubmitted() != 0
                || (submissions.flags() & (IoUringSq.TASKRUN | IoUringSq.CQ_OVERFLOW)) != 0;
    }

    /**
     * Hands over the claimed entries and lets the kernel fill the completion queue.
     *
     * @param waitFor how many completions to wait for; 0 does not wait
     * @return 0 when all entries were handed over; else the negative errno that kept the others
     *     back
     */
    int enter(int waitFor) {
        return enter(waitFor, FOREVER);
    }

    /**
     * Hands over the claimed entries and waits for a completion.
     *
     * @param timeoutNanos how long at most; negative without end
     * @return as of {@link #enter}
     */
    int enterAndWait(long timeoutNanos) {
        return enter(1, timeoutNanos);
    }

    private int enter(int waitFor, long timeoutNanos) {
        if (use == RingUse.KERNEL_SUBMITS) {
            return showThread();
        }
        for (; ; ) {
            int pending = submissions.publish();
            int answer = call(pending, waitFor, timeoutNanos);
            if (answer == -Errnos.EINTR) {
                if (timeoutNanos >= 0 && pending == 0) {
                    // Rather too early than twice as late: the caller looks at the time.
                    return 0;
                }
                continue;
            }
            if (answer == -Errnos.ETIME) {
                return 0;
            }
            if (answer < 0) {
                return answer;
            }
            submissions.taken(answer);
            if (answer == pending) {
                return 0;
            }
            if (submissions.cutInsideChain()) {
                orphan();
            }
            if (answer == 0) {
                return -Errnos.EAGAIN;
            }
        }
    }

    /** Shows the kernel's thread what was claimed, and wakes it if it sleeps. */
    private int showThread() {
        int answer;
        do {
            int flags = submissions.publishToThread();
            boolean asleep = (flags & IoUringSq.NEED_WAKEUP) != 0;
            boolean overflown = (flags & IoUringSq.CQ_OVERFLOW) != 0;
            if (!asleep && !overflown) {
                return 0;
            }
            int how =
                    (enterFlags & ~IoUringEnter.GETEVENTS)
                            | (asleep ? IoUringEnter.SQ_WAKEUP : 0)
                            | (overflown ? IoUringEnter.GETEVENTS : 0);
            answer = calls.enter(enterFd, submissions.unsubmitted(), 0, how);
        } while (answer == -Errnos.EINTR);
        if (answer < 0) {
            // What the thread has taken is not to be taken back.
            submissions.free();
        }
        return Math.min(answer, 0);
    }

    private int call(int pending, int waitFor, long timeoutNanos) {
        if (timeoutNanos < 0) {
            return calls.enter(enterFd, pending, waitFor, enterFlags);
        }
        waitTime.set(timeoutNanos);
        return calls.enter(enterFd, pending, waitFor, enterFlags | IoUringEnter.EXT_ARG, waitTime);
    }

    /**
     * Turns the next entry, whose predecessor in the chain the kernel has taken and started without
     * it, into one that does nothing: it would run beside its predecessor, not after it.
     */
    private void orphan() {
        Sqe orphan = submissions.unsubmitted(0);
        orphan.start(IoUringOp.NOP, 0, UserData.orphaned(orphan.userData()));
    }

    @Override
    public void close() {
        entries.close();
        queues.close();
        Descriptors.close(fd);
    }
}
