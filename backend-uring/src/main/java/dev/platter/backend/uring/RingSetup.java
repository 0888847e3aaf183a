package dev.platter.backend.uring;

import dev.platter.linux.Errnos;
import dev.platter.linux.IoUringCalls;
import dev.platter.linux.IoUringParams;
import dev.platter.linux.IoUringSetup;

/**
 * The set-up of a ring with every flag that helps and that the kernel knows: a kernel refuses an
 * unknown flag by {@code EINVAL}, so they are taken away one by one, the youngest first.
 */
final class RingSetup {
    /**
     * The ring starts disabled, as the thread that enables it becomes its single issuer; the one
     * that sets it up may be another.
     */
    private static final int BASE =
            IoUringSetup.R_DISABLED | IoUringSetup.CLAMP | IoUringSetup.CQSIZE;

    /** What can be taken away, in this order: Linux 6.6, 6.1, 6.0, 5.19, 5.18. */
    private static final int[] YOUNGEST_FIRST = {
        IoUringSetup.NO_SQARRAY,
        IoUringSetup.DEFER_TASKRUN,
        IoUringSetup.SINGLE_ISSUER,
        IoUringSetup.COOP_TASKRUN | IoUringSetup.TASKRUN_FLAG,
        IoUringSetup.SUBMIT_ALL,
    };

    private RingSetup() {}

    /**
     * Sets a ring up.
     *
     * @param use how the owner will learn of completions
     * @return its descriptor, or a negative errno
     */
    static int open(
            IoUringCalls calls, IoUringParams params, int entries, int completions, RingUse use) {
        int flags = BASE;
        for (int optional : YOUNGEST_FIRST) {
            flags |= use.allows(optional) ? optional : 0;
        }
        int answer = attempt(calls, params, flags, entries, completions);
        for (int i = 0; answer == -Errnos.EINVAL && i < YOUNGEST_FIRST.length; i++) {
            if ((flags & YOUNGEST_FIRST[i]) != 0) {
                flags &= ~YOUNGEST_FIRST[i];
                answer = attempt(calls, params, flags, entries, completions);
            }
        }
        return answer;
    }

    private static int attempt(
            IoUringCalls calls, IoUringParams params, int flags, int entries, int completions) {
        params.ask(flags, completions);
        return calls.setup(entries, params);
    }
}
