package dev.platter.scsi;

import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reservations of a logical unit: persistent ones, and those of RESERVE and RELEASE. What a
 * command asks is one load if nothing is reserved; changes are made one after the other, by the
 * unit's background thread. Thread-safe otherwise.
 */
final class Reservations {
    private static final Logger LOG = LoggerFactory.getLogger(Reservations.class);

    /** The holder of a RESERVE is nobody. */
    private static final long NOBODY = 0;

    private final ReservationStore store;
    private final Consumer<ReservationChange.Notice> attention;

    private volatile ReservationState state;

    /** Guarded by this. */
    private long reserver = NOBODY;

    private volatile @Nullable Restriction restriction;

    /**
     * Takes up what was kept.
     *
     * @param attention raises a unit attention
     * @throws IllegalArgumentException in one sentence, if it cannot be read
     */
    Reservations(ReservationStore store, Consumer<ReservationChange.Notice> attention) {
        this.store = store;
        this.attention = attention;
        try {
            state = ReservationText.parse(store.load());
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "the disk's persistent reservations cannot be read, so that nobody may have it: "
                            + e.getMessage(),
                    e);
        }
        restrict();
    }

    /** Whether anything is reserved. */
    boolean any() {
        return restriction != null;
    }

    /** Whether a command conflicts with a reservation. */
    boolean forbid(Nexus nexus, OpCode command, byte[] cdb) {
        Restriction current = restriction;
        return current != null && current.forbids(nexus.address(), command, cdb);
    }

    /** Whether registrations can outlive the power. */
    boolean canPersist() {
        return store.persists();
    }

    ReservationState state() {
        return state;
    }

    /**
     * Carries out a PERSISTENT RESERVE OUT; the background thread. What is to outlive the power is
     * kept before anybody sees it.
     *
     * @return as {@link ReservationChange#outcome}
     */
    int apply(ReservationRequest request) {
        if (isReservedByAnother(request.initiator())) {
            return ReservationChange.CONFLICT;
        }
        ReservationState before = state;
        if (request.persist() && !store.persists()) {
            return AdditionalSense.INVALID_FIELD_IN_PARAMETER_LIST;
        }
        ReservationChange change = ReservationRules.apply(before, request);
        ReservationState after = change.state();
        if ((before.persist() || after.persist()) && !after.equals(before)) {
            try {
                store.save(ReservationText.of(after));
            } catch (IOException e) {
                LOG.error("persistent reservations cannot be kept: {}", e.getMessage());
                return AdditionalSense.INSUFFICIENT_REGISTRATION_RESOURCES;
            }
        }
        synchronized (this) {
            state = after;
            restrict();
        }
        change.notices().forEach(attention);
        return change.outcome();
    }

    private synchronized boolean isReservedByAnother(long initiator) {
        return reserver != NOBODY && reserver != initiator;
    }

    /** RESERVE (SPC-2 §7.21); false if it conflicts. */
    synchronized boolean reserve(long initiator) {
        boolean free = reserver == NOBODY || reserver == initiator;
        if (!free || !state.registrations().isEmpty()) {
            return false;
        }
        reserver = initiator;
        restrict();
        return true;
    }

    /** RELEASE (SPC-2 §7.17): of another's reservation, it changes nothing and succeeds. */
    synchronized void release(long initiator) {
        if (reserver == initiator) {
            reserver = NOBODY;
            restrict();
        }
    }

    /** A reset ends a RESERVE; a persistent reservation outlives it. */
    synchronized void reset() {
        reserver = NOBODY;
        restrict();
    }

    private void restrict() {
        ReservationState current = state;
        if (current.isReserved()) {
            long[] registered =
                    current.registrations().stream().mapToLong(Registration::address).toArray();
            restriction = new Restriction(current.type(), current.holder(), registered);
        } else if (reserver != NOBODY) {
            restriction = new Restriction(ReservationType.NONE, reserver, new long[0]);
        } else {
            restriction = null;
        }
    }
}
