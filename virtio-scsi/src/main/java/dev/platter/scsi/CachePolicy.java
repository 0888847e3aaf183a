package dev.platter.scsi;

import dev.platter.api.block.CacheMode;
import dev.platter.api.block.IoFlags;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The one place that decides how durable a write is: the configured cache mode and the live WCE bit
 * in, backend flags out. Thread-safe and without locks; the mode page's WCE bit is read from here.
 *
 * <p>WCE can be switched off by one queue while writes submitted as volatile are in flight on
 * others, and GOOD for the switch promises that nothing acknowledged by then, or later, is
 * volatile. So the mode is judged twice. A command {@linkplain #sample samples} the state when it
 * submits its first write, and again when its last write's completion has been delivered. The state
 * carries an epoch that every MODE SELECT of WCE=0 moves, before it submits its flush. A volatile
 * write then falls into one of two cases:
 *
 * <ul>
 *   <li>its second look still sees the old epoch: then its completion had been delivered before the
 *       epoch moved, hence before the switch's flush was submitted, and that flush covers it;
 *   <li>its second look sees another epoch: then the command flushes for itself before it is
 *       acknowledged.
 * </ul>
 *
 * <p>It does not matter how long a thread sleeps between the first look and the submission, or
 * between the second look and the acknowledgment. A write that samples WCE=0 is submitted with FUA.
 */
final class CachePolicy {
    /** What {@link #switchOff} answers when there is nothing to take back. */
    static final int NOTHING_TO_REVERT = -1;

    private static final int WCE = 1;
    private static final int EPOCH_STEP = 2;

    /** Keeps states positive; an epoch comes round after 2^30 switches. */
    private static final int STATE_MASK = 0x7FFF_FFFF;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(CachePolicy.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final CacheMode mode;

    /** {@code epoch << 1 | WCE}. */
    @SuppressWarnings("FieldMayBeFinal") // Written through STATE.
    private volatile int state;

    CachePolicy(CacheMode mode) {
        this.mode = mode;
        state = mode.writeback() ? WCE : 0;
    }

    /** The live WCE bit. */
    boolean writeCacheEnabled() {
        return (state & WCE) != 0;
    }

    /** The WCE bit the unit was configured with. */
    boolean configuredWriteCache() {
        return mode.writeback();
    }

    /** Whether flushes mean anything: not in a mode that promises nothing. */
    boolean flushes() {
        return !mode.noFlush();
    }

    /** The state to judge a write by; taken once for each command, at its first submission. */
    int sample() {
        return state;
    }

    /**
     * The backend flags of a write, write of zeroes or discard.
     *
     * @param sample the command's {@link #sample}
     * @param fua whether the command itself asks for force unit access
     */
    int writeFlags(int sample, boolean fua) {
        boolean durable = fua || (sample & WCE) == 0;
        return durable && flushes() ? IoFlags.FUA : IoFlags.NONE;
    }

    /**
     * The second look: whether a command, all of whose writes have completed, must flush before it
     * may be acknowledged.
     *
     * @param sample the command's {@link #sample}
     * @param flags the {@link #writeFlags} of its writes
     */
    boolean mustFlush(int sample, int flags) {
        if ((flags & IoFlags.FUA) != 0 || !flushes()) {
            return false;
        }
        // Pairs with the fence of switchOff: of "the backend has noted this completion, then we
        // read the state" and "the state moves, then the backend starts the switch's flush" one
        // must see the other. A release store in the backend alone could pass our volatile read.
        VarHandle.fullFence();
        return (sample | WCE) != (state | WCE);
    }

    /** Switches the write cache on, at once. */
    void switchOn() {
        STATE.getAndBitwiseOr(this, WCE);
    }

    /**
     * Switches the write cache off. From here on new writes are durable; the caller flushes next,
     * and promises nothing before that flush has succeeded.
     *
     * @return for {@link #revert} if the flush fails; {@link #NOTHING_TO_REVERT} where the cache
     *     was off already
     */
    int switchOff() {
        int before;
        int after;
        do {
            before = state;
            // The epoch moves even if WCE was 0: then an overlapping switch that fails does not
            // turn back on what this one is about to promise.
            after = ((before & ~WCE) + EPOCH_STEP) & STATE_MASK;
        } while (!STATE.compareAndSet(this, before, after));
        VarHandle.fullFence(); // Pairs with mustFlush.
        return (before & WCE) != 0 ? after : NOTHING_TO_REVERT;
    }

    /**
     * Takes a {@link #switchOff} back whose flush failed, unless another switch came in between:
     * then that one's word counts.
     */
    void revert(int switchedOff) {
        if (switchedOff != NOTHING_TO_REVERT) {
            STATE.compareAndSet(this, switchedOff, switchedOff | WCE);
        }
    }

    /** Returns to the configured WCE; no command is in flight. */
    void reset() {
        if (mode.writeback()) {
            switchOn();
        } else {
            switchOff();
        }
    }
}
