package dev.platter.scsi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The pending unit attention condition of a logical unit (SAM-5 §5.14): one at most, the gravest.
 * Thread-safe; raised by any thread, taken by the queue whose command reports it.
 */
final class UnitAttention {
    private static final VarHandle PENDING;

    static {
        try {
            PENDING =
                    MethodHandles.lookup().findVarHandle(UnitAttention.class, "pending", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final int RESET_ASC = AdditionalSense.RESET_OCCURRED >> 8;

    /** The additional sense code, or {@link AdditionalSense#NONE}. */
    @SuppressWarnings("FieldMayBeFinal") // Written through PENDING.
    private volatile int pending = AdditionalSense.NONE;

    /** Makes a condition pending, unless a graver one is. */
    void raise(int additionalSense) {
        int before;
        do {
            before = pending;
            if (before != AdditionalSense.NONE && rank(before) <= rank(additionalSense)) {
                return;
            }
        } while (!PENDING.compareAndSet(this, before, additionalSense));
    }

    /** Whether a condition is pending. */
    boolean isPending() {
        return pending != AdditionalSense.NONE;
    }

    /** Clears the pending condition and returns it, or {@link AdditionalSense#NONE}. */
    int take() {
        return (int) PENDING.getAndSet(this, AdditionalSense.NONE);
    }

    /** Lower is graver: power on and resets hide everything else (SAM-5 §5.14.5). */
    private static int rank(int additionalSense) {
        return additionalSense >> 8 == RESET_ASC ? additionalSense & 0xFF : additionalSense;
    }
}
