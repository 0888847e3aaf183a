package dev.platter.conformance.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * One sector: its durable contents, and the versions of it that are volatile, in the order in which
 * they landed. The medium's lock guards it.
 */
final class Sector {
    /**
     * Contents.
     *
     * @param change the number of the write that made them
     * @param lost whether a synchronisation failed to make them durable, so that none ever will
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Version(long change, byte[] bytes, boolean lost) {}

    private final List<Version> versions = new ArrayList<>();

    Sector(byte[] zeroes) {
        versions.add(new Version(0, zeroes, false));
    }

    /** What a read sees. */
    byte[] current() {
        return versions.getLast().bytes;
    }

    void add(long change, byte[] bytes) {
        versions.add(new Version(change, bytes, false));
    }

    /** Makes durable what can be. */
    void harden() {
        for (int at = versions.size() - 1; at > 0; at--) {
            if (!versions.get(at).lost) {
                versions.subList(0, at).clear();
                return;
            }
        }
    }

    /** A synchronisation has failed: what is volatile now will never be durable. */
    void lose() {
        for (int at = 1; at < versions.size(); at++) {
            Version version = versions.get(at);
            versions.set(at, new Version(version.change, version.bytes, true));
        }
    }

    boolean isVolatile() {
        return versions.size() > 1;
    }

    /** The power fails; of the volatile versions the last of those changes survives. */
    void cut(LongPredicate survives) {
        int kept = 0;
        for (int at = 1; at < versions.size(); at++) {
            if (!versions.get(at).lost && survives.test(versions.get(at).change)) {
                kept = at;
            }
        }
        Version left = versions.get(kept);
        versions.clear();
        versions.add(left);
    }
}
