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

    /** Goes ahead of who is in line and has not begun (HEAD OF QUEUE). */
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
        if (is(HEAD_OF_QUEUE)) {
            // Goes ahead of who has not begun; what has begun is not disturbed.
            return earlier.admitted && collidesWith(earlier);
        }
        return is(BARRIER) || earlier.is(BARRIER) || collidesWith(earlier);
    }

    /** Whether the two must not touch the medium at one time. */
    boolean collidesWith(MediumHold other) {
        return (is(EXCLUSIVE) || other.is(EXCLUSIVE)) && start < other.end && other.start < end;
    }
}
