package dev.platter.scsi;

/**
 * A place in the line before a {@link MediumGate}: of a command that wants something for itself
 * alone, or that came while another had it. Guarded by the gate's lock, but for what is set when it
 * is made ready.
 */
final class MediumHold {
    /** Shares its range with everyone who shares theirs. */
    static final int SHARED = 0;

    /** Wants its range for itself. */
    static final int EXCLUSIVE = 1;

    /** Begins when every earlier command has ended, and none begins before it has (ORDERED). */
    static final int BARRIER = 1 << 1;

    /** Waits for no barrier (HEAD OF QUEUE). */
    static final int HEAD_OF_QUEUE = 1 << 2;

    private long start;
    private long end;
    private int kind;
    boolean admitted;

    void set(long newStart, long newEnd, int newKind) {
        start = newStart;
        end = newEnd;
        kind = newKind;
        admitted = false;
    }

    long start() {
        return start;
    }

    long end() {
        return end;
    }

    boolean is(int flag) {
        return (kind & flag) != 0;
    }

    /** Whether this must wait until an earlier one has ended. */
    boolean waitsFor(MediumHold earlier) {
        boolean order = (is(BARRIER) || earlier.is(BARRIER)) && !is(HEAD_OF_QUEUE);
        boolean data = (is(EXCLUSIVE) || earlier.is(EXCLUSIVE)) && overlaps(earlier);
        return order || data;
    }

    private boolean overlaps(MediumHold other) {
        return start < other.end && other.start < end;
    }
}
