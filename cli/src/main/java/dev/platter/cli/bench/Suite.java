package dev.platter.cli.bench;

import java.util.Locale;

/** How much is measured; each has all of the one before. */
public enum Suite {
    /** What a change to the data path is judged by, in a few minutes. */
    QUICK,
    /** Every load of interest, every peer. */
    STANDARD,
    /** Each cache mode, backend and choice of durable writes under each load. */
    FULL;

    boolean includes(Suite other) {
        return other.compareTo(this) <= 0;
    }

    /** As on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
