package dev.platter.conformance.model;

/**
 * What a disk says of itself.
 *
 * @param writeCache whether it starts with a volatile write cache (WCE=1): then only flushes and
 *     FUA make durable. Of a backend always true, as write-through is the device's to ask for
 * @param durable whether it promises durability at all: not in mode {@code unsafe}
 * @param discardReadsZero whether a discarded block reads as zeroes
 * @param atomicReads whether a read that meets a write in flight still returns whole blocks
 */
public record Promises(
        boolean writeCache, boolean durable, boolean discardReadsZero, boolean atomicReads) {
    /** A backend with all capabilities. */
    public static final Promises BACKEND = new Promises(true, true, true, true);

    /** The same for the mode that promises nothing. */
    public Promises unsafe() {
        return new Promises(writeCache, false, discardReadsZero, atomicReads);
    }

    /** The same with another start of the write cache. */
    public Promises withWriteCache(boolean newWriteCache) {
        return new Promises(newWriteCache, durable, discardReadsZero, atomicReads);
    }
}
