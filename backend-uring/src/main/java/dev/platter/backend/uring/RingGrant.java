package dev.platter.backend.uring;

import dev.platter.linux.IoUringFeatures;
import dev.platter.linux.IoUringSetup;
import dev.platter.linux.Kernel;
import java.util.StringJoiner;

/**
 * What the kernel granted a ring.
 *
 * @param setup flags of {@link IoUringSetup}
 * @param features of {@link IoUringFeatures}
 */
record RingGrant(int setup, int features) {
    /** Without these there is no backend; the youngest came with Linux 5.13. */
    private static final int NEEDED =
            IoUringFeatures.SINGLE_MMAP
                    | IoUringFeatures.NODROP
                    | IoUringFeatures.SUBMIT_STABLE
                    | IoUringFeatures.EXT_ARG
                    | IoUringFeatures.NATIVE_WORKERS
                    | IoUringFeatures.RSRC_TAGS;

    /** Whether the kernel is new enough. */
    boolean suffices() {
        return (features & NEEDED) == NEEDED;
    }

    boolean has(int setupFlag) {
        return (setup & setupFlag) != 0;
    }

    /** One sentence on what was granted and what this kernel lacks, for a log or a diagnosis. */
    String sentence() {
        StringJoiner granted = new StringJoiner(", ");
        StringJoiner lacking = new StringJoiner(", ");
        name(IoUringSetup.SUBMIT_ALL, "whole batches", granted, lacking);
        name(IoUringSetup.COOP_TASKRUN, "no interruptions", granted, lacking);
        name(IoUringSetup.SINGLE_ISSUER, "single issuer", granted, lacking);
        name(IoUringSetup.DEFER_TASKRUN, "deferred completions", granted, lacking);
        name(IoUringSetup.NO_SQARRAY, "no index array", granted, lacking);
        return "io_uring of Linux "
                + Kernel.release()
                + " with "
                + (granted.length() == 0 ? "the bare ring" : granted)
                + (lacking.length() == 0 ? "" : "; without " + lacking);
    }

    private void name(int flag, String words, StringJoiner granted, StringJoiner lacking) {
        (has(flag) ? granted : lacking).add(words);
    }
}
