package dev.platter.conformance;

import dev.platter.api.block.CacheMode;
import java.util.List;

/**
 * What a backend says of itself beyond its limits; tests of what it does not claim are skipped with
 * that reason.
 *
 * @param modes the cache modes to test it in
 * @param atomicReads whether a read that meets a write in flight still returns whole blocks; where
 *     the host copies through a page cache it need not
 * @param allocatesNothing whether its data plane allocates nothing on the Java heap (rule 20)
 * @param countsSyncs whether its statistics count synchronisations, so that needless ones are seen
 *     (rule 21)
 */
public record Capabilities(
        List<CacheMode> modes, boolean atomicReads, boolean allocatesNothing, boolean countsSyncs) {
    /** All five modes, and nothing else claimed. */
    public static final Capabilities NONE =
            new Capabilities(
                    List.of(
                            CacheMode.WRITEBACK,
                            CacheMode.NONE,
                            CacheMode.WRITETHROUGH,
                            CacheMode.DIRECTSYNC,
                            CacheMode.UNSAFE),
                    false,
                    false,
                    false);

    /** Copies the list. */
    public Capabilities {
        modes = List.copyOf(modes);
    }

    /** The same in other modes. */
    public Capabilities in(CacheMode... newModes) {
        return new Capabilities(List.of(newModes), atomicReads, allocatesNothing, countsSyncs);
    }

    /** The same, with reads that return whole blocks in any case. */
    public Capabilities withAtomicReads() {
        return new Capabilities(modes, true, allocatesNothing, countsSyncs);
    }

    /** The same, without heap allocation. */
    public Capabilities withoutAllocation() {
        return new Capabilities(modes, atomicReads, true, countsSyncs);
    }

    /** The same, with synchronisations counted. */
    public Capabilities withCountedSyncs() {
        return new Capabilities(modes, atomicReads, allocatesNothing, true);
    }
}
