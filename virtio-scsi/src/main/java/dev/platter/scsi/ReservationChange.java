package dev.platter.scsi;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * What a PERSISTENT RESERVE OUT has made of the reservations: the new state and whom to tell of it,
 * or the reason why nothing has changed.
 */
final class ReservationChange {
    /** The status GOOD. */
    static final int GOOD = 0;

    /** The status RESERVATION CONFLICT. Anything else is an additional sense code. */
    static final int CONFLICT = -1;

    /** A unit attention for one initiator. */
    record Notice(long address, int additionalSense) {}

    private final int outcome;
    private final ReservationState state;
    private final List<Notice> notices = new ArrayList<>();

    private ReservationChange(int outcome, ReservationState state) {
        this.outcome = outcome;
        this.state = state;
    }

    static ReservationChange to(ReservationState state) {
        return new ReservationChange(GOOD, state);
    }

    static ReservationChange none(ReservationState state, int outcome) {
        return new ReservationChange(outcome, state);
    }

    /** Tells every registrant of a state but one. */
    ReservationChange telling(ReservationState whose, long butAddress, int additionalSense) {
        for (Registration registration : whose.registrations()) {
            if (registration.address() != butAddress) {
                notices.add(new Notice(registration.address(), additionalSense));
            }
        }
        return this;
    }

    /** {@link #GOOD}, {@link #CONFLICT}, or an additional sense code of an ILLEGAL REQUEST. */
    int outcome() {
        return outcome;
    }

    ReservationState state() {
        return state;
    }

    List<Notice> notices() {
        return notices;
    }

    /** Of the unit attentions for one initiator, the first. */
    OptionalInt noticeFor(long address) {
        return notices.stream()
                .filter(notice -> notice.address() == address)
                .mapToInt(Notice::additionalSense)
                .findFirst();
    }
}
