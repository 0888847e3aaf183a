package dev.platter.conformance.torture;

import dev.platter.api.block.CacheMode;
import dev.platter.conformance.model.Promises;

/**
 * What a series of trials is about.
 *
 * @param name for reports
 * @param opener opens the backend
 * @param mode how the device above would use the backend: with the write cache off every change
 *     carries FUA, in a mode that never flushes nothing does
 * @param clients how many threads, each with a queue of its own
 * @param depth how many requests each has in flight at most
 * @param requests how many each makes
 * @param faults whether some trials have errors and short transfers besides
 */
public record TrialSetup(
        String name,
        DiskOpener opener,
        CacheMode mode,
        int clients,
        int depth,
        int requests,
        boolean faults) {
    /** How many blocks a trial's disk has: few, so that requests meet. */
    public static final int BLOCKS = 32;

    /** The size of a block: the sector that the crash file system keeps whole. */
    public static final int BLOCK_BYTES = 512;

    /** The longest request in blocks. */
    static final int MAX_BLOCKS = 8;

    /** One client that waits for each answer: the fastest, and its schedule is always the same. */
    public static TrialSetup single(String name, DiskOpener opener, CacheMode mode) {
        return new TrialSetup(name, opener, mode, 1, 1, 24, true);
    }

    /** Several clients with several requests each. */
    public static TrialSetup concurrent(String name, DiskOpener opener, CacheMode mode) {
        return new TrialSetup(name, opener, mode, 3, 4, 16, true);
    }

    /** The disk's size. */
    public static long sizeBytes() {
        return (long) BLOCKS * BLOCK_BYTES;
    }

    Promises promises() {
        return mode.noFlush() ? Promises.BACKEND.unsafe() : Promises.BACKEND;
    }
}
