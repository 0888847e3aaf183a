package dev.platter.conformance.memory;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Decides what of a volatile cache survives a power cut, by a seed. */
final class PowerCutDice {
    /** What kind of loss. */
    enum Policy {
        NOTHING_SURVIVES,
        ALL_SURVIVES,
        ANY_VERSION_OF_EACH_SECTOR,
        WHOLE_WRITES,
        PARTS_OF_WRITES
    }

    /** When in the operation at which it happens. */
    enum Moment {
        BEFORE,
        WHILE_VOLATILE,
        AFTER
    }

    /** Which sectors of one write survive. */
    private record Part(long first, long end) {
        boolean holds(long sector) {
            return sector >= first && sector < end;
        }
    }

    private final SplittableRandom random;
    private final long sectors;
    private final Map<Long, Part> parts = new HashMap<>();
    private final Policy policy;
    private final Moment moment;

    PowerCutDice(long seed, long sectors) {
        random = new SplittableRandom(seed);
        this.sectors = sectors;
        policy = Policy.values()[random.nextInt(Policy.values().length)];
        moment = Moment.values()[random.nextInt(Moment.values().length)];
    }

    Moment moment() {
        return moment;
    }

    Policy policy() {
        return policy;
    }

    boolean survives(long change, long sector) {
        return switch (policy) {
            case NOTHING_SURVIVES -> false;
            case ALL_SURVIVES -> true;
            case ANY_VERSION_OF_EACH_SECTOR -> random.nextBoolean();
            case WHOLE_WRITES, PARTS_OF_WRITES ->
                    parts.computeIfAbsent(change, any -> part()).holds(sector);
        };
    }

    private Part part() {
        long cut = random.nextLong(sectors + 1);
        boolean whole = policy == Policy.WHOLE_WRITES;
        return switch (random.nextInt(whole ? 2 : 4)) {
            case 0 -> new Part(0, 0);
            case 1 -> new Part(0, sectors);
            case 2 -> new Part(0, cut);
            default -> new Part(cut, sectors);
        };
    }
}
