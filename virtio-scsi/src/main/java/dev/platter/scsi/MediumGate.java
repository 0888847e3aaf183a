package dev.platter.scsi;

import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Lets one command of a logical unit have a range of the medium, or the whole task set, to itself,
 * across all queues: COMPARE AND WRITE, ORWRITE and SANITIZE are atomic against every other
 * command, and the task attributes are obeyed (SAM-5 §8.9).
 *
 * <p>Nobody who only reads and writes takes a lock. Such a command publishes its range in its
 * queue's {@link MediumClaims}, fences, and looks whether the gate is held. One that wants a range
 * for itself holds the gate, fences, and looks at the claims of all queues. One of the two must see
 * the other: either the command finds the gate held, takes its claim back and gets into line; or
 * its claim is seen, and waited for. That is Dekker's argument, and it needs both fences.
 *
 * <p>Who is in line is served in order, except where two do not mind each other. Nobody is woken: a
 * queue with a command in line asks again each time round, and does not sleep meanwhile.
 */
final class MediumGate {
    private final CopyOnWriteArrayList<MediumClaims> queues = new CopyOnWriteArrayList<>();

    /** Guarded by this. */
    private final List<MediumHold> line = new ArrayList<>();

    /** The length of the line. */
    private volatile int held;

    void register(MediumClaims queue) {
        queues.add(queue);
    }

    void unregister(MediumClaims queue) {
        queues.remove(queue);
    }

    /**
     * A command that shares asks to begin.
     *
     * @return whether it may; its claim is published then, for the caller to withdraw. If not it
     *     has to get {@linkplain #join into line}
     */
    boolean tryShare(MediumClaims claims, int slot, long start, long end) {
        claims.publish(slot, start, end);
        VarHandle.fullFence(); // Pairs with the one of join.
        if (held == 0) {
            return true;
        }
        claims.withdraw(slot);
        return false;
    }

    /** Gets into line, at its end. */
    void join(MediumHold hold) {
        synchronized (this) {
            line.add(hold);
            held = line.size();
        }
        VarHandle.fullFence(); // Pairs with the one of tryShare.
    }

    /** Whether one in line may begin now; it stays in line until it {@linkplain #leave leaves}. */
    synchronized boolean tryBegin(MediumHold hold) {
        if (hold.admitted) {
            return true;
        }
        boolean earlier = true;
        for (MediumHold other : line) {
            if (other == hold) {
                earlier = false;
            } else if (earlier
                    ? hold.waitsFor(other)
                    : other.admitted && hold.collidesWith(other)) {
                return false;
            }
        }
        if (hold.is(MediumHold.BARRIER) && isAnyInFlight()) {
            return false;
        }
        if (hold.is(MediumHold.EXCLUSIVE) && isClaimed(hold)) {
            return false;
        }
        hold.admitted = true;
        return true;
    }

    private boolean isAnyInFlight() {
        for (MediumClaims claims : queues) {
            if (claims.isAnyInFlight()) {
                return true;
            }
        }
        return false;
    }

    private boolean isClaimed(MediumHold hold) {
        for (MediumClaims claims : queues) {
            if (claims.overlaps(hold.start(), hold.end())) {
                return true;
            }
        }
        return false;
    }

    /** Leaves the line: has ended, or will not begin. */
    synchronized void leave(MediumHold hold) {
        line.remove(hold);
        held = line.size();
    }
}
