package dev.platter.cli.bench;

/** What the guest does to make a write durable before it counts as done. */
public enum Durability {
    /** Nothing: either nobody asks for durability, or the disk is write-through. */
    NONE,
    /** A flush after each write, as a guest does that sees a volatile cache without FUA. */
    FLUSH,
    /** The FUA bit in each write. */
    FUA
}
