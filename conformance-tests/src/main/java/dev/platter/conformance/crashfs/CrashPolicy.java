package dev.platter.conformance.crashfs;

/**
 * What of a volatile cache survives a power cut. Each leaves a state that a real disk could leave:
 * of each sector some version that is not older than its last durable one.
 */
public enum CrashPolicy {
    /** Nothing that was volatile survives. */
    DROP_ALL,
    /** Everything survives, as when the cache happened to be written out just before. */
    KEEP_ALL,
    /** Of each sector any version survives, whichever write it came from. */
    PER_SECTOR,
    /** Some writes survive, some are lost, and some survive in part, cut between sectors. */
    TORN,
    /** Each write survives as a whole or is lost as a whole, whatever came before or after it. */
    SUBSET
}
