package dev.platter.backend.uring;

import dev.platter.linux.IoUringSetup;

/** How the owner of a ring learns of completions; it decides which flags the ring may have. */
enum RingUse {
    /** The owner, one kernel thread, waits in {@code io_uring_enter} itself. */
    WAITED_IN(0),

    /**
     * The owner, one kernel thread, waits for the ring's descriptor by {@code epoll} or its like.
     * Completions must not be deferred: measured on Linux 6.18, the descriptor of a ring with
     * {@code DEFER_TASKRUN} never becomes readable while completions wait to be worked off. An
     * eventfd registered with the ring does, but costs a read and an enter more for each wait.
     */
    WATCHED(IoUringSetup.DEFER_TASKRUN),

    /**
     * The owner is a virtual thread, whose calls come from changing kernel threads: nothing may
     * depend on the thread that submitted.
     */
    ROAMING(
            IoUringSetup.DEFER_TASKRUN
                    | IoUringSetup.SINGLE_ISSUER
                    | IoUringSetup.COOP_TASKRUN
                    | IoUringSetup.TASKRUN_FLAG);

    private final int withoutFlags;

    RingUse(int withoutFlags) {
        this.withoutFlags = withoutFlags;
    }

    /** Whether a flag of {@link IoUringSetup} goes with this use. */
    boolean allows(int flag) {
        return (withoutFlags & flag) == 0;
    }

    /** Whether one kernel thread makes all calls. */
    boolean oneThread() {
        return this != ROAMING;
    }
}
