package dev.platter.conformance.crashfs;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The choices of one power cut, each a function of the seed and of what is chosen for, so that the
 * order in which sectors are asked for does not matter.
 */
final class CrashDice {
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    /** How likely a write is to survive, of 8; one of these for a whole cut. */
    private static final int[] ODDS = {1, 4, 7};

    private final CrashPolicy policy;
    private final long seed;
    private final int odds;

    CrashDice(CrashPolicy policy, long seed) {
        this.policy = policy;
        this.seed = seed;
        odds = ODDS[below(ODDS.length, GOLDEN, 0)];
    }

    /**
     * Which version of a sector survives.
     *
     * @param file a number of the file
     * @param versions oldest first
     * @return one of them, or null for the stable contents
     */
    @Nullable Version choose(long file, long sector, List<Version> versions) {
        return switch (policy) {
            case DROP_ALL -> null;
            case KEEP_ALL -> versions.getLast();
            case PER_SECTOR -> {
                int chosen = below(versions.size() + 1, file, sector);
                yield chosen == 0 ? null : versions.get(chosen - 1);
            }
            case TORN, SUBSET -> lastSurvivor(sector, versions);
        };
    }

    /** Whether a new size that nothing has made durable survives. */
    boolean keepsSize(long file) {
        return switch (policy) {
            case DROP_ALL -> false;
            case KEEP_ALL -> true;
            case PER_SECTOR, TORN, SUBSET -> below(2, file, -1) == 0;
        };
    }

    private @Nullable Version lastSurvivor(long sector, List<Version> versions) {
        for (Version version : versions.reversed()) {
            if (survives(version.change, sector)) {
                return version;
            }
        }
        return null;
    }

    private boolean survives(Change change, long sector) {
        if (policy == CrashPolicy.TORN
                && change.sectors() > 1
                && below(2, change.number(), 1) == 0) {
            long at = sector - change.firstSector();
            long cut =
                    1L + below((int) Math.min(change.sectors() - 1, 1 << 20), change.number(), 2);
            return switch (below(3, change.number(), 3)) {
                case 0 -> at < cut;
                case 1 -> at >= cut;
                default -> below(2, change.number(), 4 + sector) == 0;
            };
        }
        return below(8, change.number(), 0) < odds;
    }

    private int below(int bound, long a, long b) {
        long mixed = mix(mix(mix(seed + GOLDEN) + a * GOLDEN) + b);
        return (int) Math.floorMod(mixed, (long) bound);
    }

    /** The finalizer of SplitMix64. */
    private static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
