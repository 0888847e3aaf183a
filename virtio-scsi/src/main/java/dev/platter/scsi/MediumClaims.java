package dev.platter.scsi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * What the commands in flight of one queue to a logical unit touch, by slot, as bytes of the disk:
 * written by the queue's owner, read by whoever wants a range for itself alone. See {@link
 * MediumGate}.
 */
final class MediumClaims {
    /** The range of a command that touches nothing of the medium. It overlaps none. */
    static final long NOWHERE = Long.MAX_VALUE;

    private static final long IDLE = 0;
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] starts;

    /** Behind the last byte; {@link #IDLE} where no command is in flight. */
    private final long[] ends;

    MediumClaims(int slots) {
        starts = new long[slots];
        ends = new long[slots];
        Arrays.fill(ends, IDLE);
    }

    /** A command is in flight; the caller's fence follows. */
    void publish(int slot, long start, long end) {
        LONGS.setOpaque(starts, slot, start);
        LONGS.setRelease(ends, slot, end);
    }

    /** The command has ended, and with it all it did. */
    void withdraw(int slot) {
        LONGS.setRelease(ends, slot, IDLE);
    }

    /** Whether any command is in flight. */
    boolean isAnyInFlight() {
        for (int slot = 0; slot < ends.length; slot++) {
            if ((long) LONGS.getAcquire(ends, slot) != IDLE) {
                return true;
            }
        }
        return false;
    }

    /** Whether a command in flight touches a range. */
    boolean overlaps(long start, long end) {
        for (int slot = 0; slot < ends.length; slot++) {
            long otherEnd = (long) LONGS.getAcquire(ends, slot);
            // A start that belongs to a later claim of the slot is of one that will look at the
            // gate behind its fence, and find it held.
            if (otherEnd != IDLE
                    && (long) LONGS.getOpaque(starts, slot) < end
                    && start < otherEnd) {
                return true;
            }
        }
        return false;
    }
}
