package dev.platter.conformance.crashfs;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A sector that is not all hole: what of it is durable, and the versions since. */
final class Sector {
    final long index;
    private byte @Nullable [] stable;
    private final List<Version> versions = new ArrayList<>(1);

    Sector(long index) {
        this.index = index;
    }

    /** What a read sees; null for zeroes. */
    byte @Nullable [] current() {
        return versions.isEmpty() ? stable : versions.getLast().bytes;
    }

    boolean volatileNow() {
        return !versions.isEmpty();
    }

    boolean zeroForGood() {
        return versions.isEmpty() && stable == null;
    }

    void add(Version version) {
        versions.add(version);
    }

    /**
     * Makes durable the newest version that is not newer than a change; older ones are forgotten.
     */
    void synchronise(long upToChange) {
        for (int i = versions.size() - 1; i >= 0; i--) {
            Version version = versions.get(i);
            if (version.change.number() <= upToChange && !version.forsaken) {
                stable = version.bytes;
                versions.subList(0, i + 1).clear();
                return;
            }
        }
    }

    /** A synchronisation has failed: what it covered is not made durable by a later one. */
    void forsake(long fromChange, long upToChange) {
        for (Version version : versions) {
            long number = version.change.number();
            version.forsaken |= fromChange <= number && number <= upToChange;
        }
    }

    void crash(long file, CrashDice dice) {
        stable = afterCrash(file, dice);
        versions.clear();
    }

    /** What a power cut would leave; null for zeroes. */
    byte @Nullable [] afterCrash(long file, CrashDice dice) {
        if (versions.isEmpty()) {
            return stable;
        }
        Version survivor = dice.choose(file, index, versions);
        return survivor == null ? stable : survivor.bytes;
    }

    /** Sets the stable contents, for a disk that is being prepared. */
    void preset(byte @Nullable [] bytes) {
        stable = bytes;
        versions.clear();
    }
}
