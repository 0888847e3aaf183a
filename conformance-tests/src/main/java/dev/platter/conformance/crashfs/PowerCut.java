package dev.platter.conformance.crashfs;

import java.util.Locale;

/**
 * When the power fails, and what then survives.
 *
 * @param operation which operation from now on, the next one being 0; reads are not counted
 * @param moment of that operation; it is not answered with success in any case
 * @param policy what of the volatile cache survives
 * @param seed decides what the policy leaves open
 */
public record PowerCut(long operation, Moment moment, CrashPolicy policy, long seed) {
    /** A moment of one operation. */
    public enum Moment {
        /** It has no effect. */
        BEFORE,
        /** It is in the volatile cache, whatever durability it asked for; of an fsync, nothing. */
        DURING,
        /** It has its whole effect, durable where it asked for that; but nobody is told. */
        AFTER
    }

    /** One line: moment, operation, survivors, seed. */
    @Override
    public String toString() {
        String survivors =
                switch (policy) {
                    case DROP_ALL -> "all that was volatile is lost";
                    case KEEP_ALL -> "all that was volatile survives";
                    case PER_SECTOR -> "of each sector some version survives";
                    case TORN -> "some writes survive, some in part";
                    case SUBSET -> "some writes survive whole";
                };
        return moment.name().toLowerCase(Locale.ROOT)
                + " operation "
                + operation
                + ", "
                + survivors
                + ", by seed "
                + seed;
    }
}
