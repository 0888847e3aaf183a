package dev.platter.backend.uring;

import dev.platter.linux.IoUringSetup;

/** How the owner of a ring learns of completions; it decides which flags the ring may have. */
enum RingUse {
    /** The owner, one kernel thread, waits in {@code io_uring_enter} itself. */
    WAITED_IN(0, 0),

    /**
     * The owner, one kernel thread, waits for the ring's descriptor by {@code epoll} or its like.
     * Completions must not be deferred: measured on Linux 6.18, the descriptor of a ring with
     * {@code DEFER_TASKRUN} never becomes readable while completions wait to be worked off. An
     * eventfd registered with the ring does, but costs a read and an enter more for each wait.
     */
    WATCHED(0, IoUringSetup.DEFER_TASKRUN),

    /**
     * As {@link #WATCHED}, but a thread of the kernel takes the submissions: handing them over is a
     * store, as long as that thread is awake.
     */
    KERNEL_SUBMITS(
            IoUringSetup.SQPOLL,
            IoUringSetup.DEFER_TASKRUN | IoUringSetup.COOP_TASKRUN | IoUringSetup.TASKRUN_FLAG),

    /** The owner, one kernel thread, enters the ring to poll the device, and never sleeps on it. */
    DEVICE_POLLED(IoUringSetup.IOPOLL, IoUringSetup.DEFER_TASKRUN),

    /**
     * The owner is a virtual thread, whose calls come from changing kernel threads: nothing may
     * depend on the thread that submitted.
     */
    ROAMING(
            0,
            IoUringSetup.DEFER_TASKRUN
                    | IoUringSetup.SINGLE_ISSUER
                    | IoUringSetup.COOP_TASKRUN
                    | IoUringSetup.TASKRUN_FLAG);

    private final int withFlags;
    private final int withoutFlags;

    RingUse(int withFlags, int withoutFlags) {
        this.withFlags = withFlags;
        this.withoutFlags = withoutFlags;
    }

    /** The flags of {@link IoUringSetup} that make the use. */
    int flags() {
        return withFlags;
    }

    /** Whether a flag of {@link IoUringSetup} goes with this use. */
    boolean allows(int flag) {
        return (withoutFlags & flag) == 0;
    }

    /**
     * Whether one kernel thread makes all calls, and so many that the ring is registered with it. A
     * ring whose submissions a thread of the kernel takes is entered to wake that thread only; and
     * once it was registered, that thread outlives it (seen on Linux 6.18).
     */
    boolean entersOften() {
        return this != ROAMING && this != KERNEL_SUBMITS;
    }
}
