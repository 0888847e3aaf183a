package dev.platter.backend.posix;

import dev.platter.linux.Errnos;

/**
 * Whether a read is tried from the page cache first, without waiting ({@code RWF_NOWAIT}): what is
 * there needs no thread. Where tries fail in a row they become rarer, as each costs a system call.
 * The owner's.
 */
final class CachedReads {
    /** Copying more takes longer than a hand-over to a thread. */
    private static final long LONGEST_BYTES = 1 << 17;

    /** After failures, how many reads at most go by between two tries. */
    private static final int MOST_SKIPPED = 31;

    private boolean enabled;
    private int skipping;
    private int skipped;

    /**
     * Sets out with confidence.
     *
     * @param enabled whether there is a page cache to read from
     */
    CachedReads(boolean enabled) {
        this.enabled = enabled;
    }

    /** Whether to try this read. */
    boolean tries(long lengthBytes) {
        if (!enabled || lengthBytes > LONGEST_BYTES) {
            return false;
        }
        if (skipped < skipping) {
            skipped++;
            return false;
        }
        skipped = 0;
        return true;
    }

    /**
     * Takes note of how a try has ended.
     *
     * @param result the length, or a negative errno
     * @return whether that is the read's result; if not, it is to be made by a call that waits
     */
    boolean answered(int result) {
        if (result >= 0) {
            skipping = 0;
            return true;
        }
        skipping = Math.min(MOST_SKIPPED, 2 * skipping + 1);
        // A file system that does not know the flag will not learn it.
        enabled = result != -Errnos.EOPNOTSUPP;
        return false;
    }
}
