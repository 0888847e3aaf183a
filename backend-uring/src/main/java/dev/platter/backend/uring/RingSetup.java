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

    /**
     * How long the kernel's thread polls in vain before it sleeps: past the gap between the
     * requests of a busy guest, and short beside what an idle guest costs otherwise.
     */
    private static final int POLLER_IDLE_MILLIS = 20;

    /** No ring whose thread could be shared. */
    static final int NO_RING = -1;

    private RingSetup() {}

    /**
     * Sets a ring up.
     *
     * @param use how the owner will learn of completions
     * @param poller the ring whose kernel thread it shares, or {@link #NO_RING}
     * @return its descriptor, or a negative errno
     */
    static int open(
            IoUringCalls calls,
            IoUringParams params,
            int entries,
            int completions,
            RingUse use,
            int poller) {
        int flags = BASE | use.flags();
        for (int optional : YOUNGEST_FIRST) {
            flags |= use.allows(optional) ? optional : 0;
        }
        if (poller != NO_RING) {
            int answer =
                    attempt(
                            calls,
                            params,
                            flags | IoUringSetup.ATTACH_WQ,
                            entries,
                            completions,
                            poller);
            if (answer >= 0) {
                return answer;
            }
            // That ring may have been closed meanwhile: then this one has a thread of its own.
        }
        int answer = attempt(calls, params, flags, entries, completions, 0);
        for (int i = 0; answer == -Errnos.EINVAL && i < YOUNGEST_FIRST.length; i++) {
            if ((flags & YOUNGEST_FIRST[i]) != 0) {
                flags &= ~YOUNGEST_FIRST[i];
                answer = attempt(calls, params, flags, entries, completions, 0);
            }
        }
        return answer;
    }

    private static int attempt(
            IoUringCalls calls,
            IoUringParams params,
            int flags,
            int entries,
            int completions,
            int poller) {
        params.ask(flags, completions);
        params.poller(POLLER_IDLE_MILLIS, poller);
        return calls.setup(entries, params);
    }
}
