package dev.platter.conformance;

/**
 * One thing that goes wrong at a medium.
 *
 * @param target which operations it counts
 * @param nth which one from now on, the next being 1
 * @param effect what happens
 * @param errno the positive error number of a failure; 0 otherwise
 * @param limitBytes how much a shortened transfer moves; 0 otherwise
 */
public record Fault(Target target, int nth, Effect effect, int errno, int limitBytes) {
    /** The kind of operation. */
    public enum Target {
        /** Reads. */
        READ,

        /** Writes. */
        WRITE,

        /** Synchronisations such as {@code fdatasync}. */
        SYNC,

        /** Writes of zeroes and releases of space. */
        ZERO
    }

    /** What happens to it. */
    public enum Effect {
        /**
         * It fails and has no effect; a synchronisation also loses for good what it should have
         * made durable, as Linux does: reads may show it still, no later one makes it durable.
         */
        FAIL,

        /** It transfers a part and says so; does not concern synchronisations. */
        SHORTEN
    }

    /** A failure. */
    public static Fault fail(Target target, int nth, int errno) {
        return new Fault(target, nth, Effect.FAIL, errno, 0);
    }

    /** A transfer cut short. */
    public static Fault shorten(Target target, int nth, int limitBytes) {
        return new Fault(target, nth, Effect.SHORTEN, 0, limitBytes);
    }

    /** One line. */
    @Override
    public String toString() {
        String what = effect == Effect.FAIL ? "fails with errno " + errno : "moves " + limitBytes;
        return target + " number " + nth + " " + what;
    }
}
