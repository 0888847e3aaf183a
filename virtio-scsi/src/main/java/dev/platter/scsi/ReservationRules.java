package dev.platter.scsi;

import java.util.List;
import java.util.Optional;

/**
 * What each service action of PERSISTENT RESERVE OUT does to the reservations of a unit (SPC-5
 * §5.14.7 to §5.14.11): from a state and a request to a {@link ReservationChange}, and nothing
 * else.
 */
final class ReservationRules {
    private static final int CONFLICT = ReservationChange.CONFLICT;
    private static final int LIST_ERROR = AdditionalSense.INVALID_FIELD_IN_PARAMETER_LIST;

    /** What a unit keeps at most; a new registration beyond it is refused. */
    static final int MAX_REGISTRATIONS = 128;

    private ReservationRules() {}

    static ReservationChange apply(ReservationState state, ReservationRequest request) {
        if (request.error() != 0) {
            return ReservationChange.none(state, request.error());
        }
        Optional<Registration> own = state.registration(request.initiator());
        boolean ignoresKey = request.action() == OpCode.REGISTER_AND_IGNORE_EXISTING_KEY;
        boolean registers = request.action() == OpCode.REGISTER || ignoresKey;
        if (!ignoresKey && own.map(Registration::key).orElse(0L) != request.key()) {
            return ReservationChange.none(state, CONFLICT);
        }
        if (own.isEmpty() && !registers) {
            return ReservationChange.none(state, CONFLICT);
        }
        return switch (request.action()) {
            case REGISTER, REGISTER_AND_IGNORE_EXISTING_KEY -> register(state, request);
            case RESERVE -> reserve(state, request);
            case RELEASE -> release(state, request);
            case CLEAR -> clear(state, request);
            case PREEMPT, PREEMPT_AND_ABORT -> preempt(state, request);
            case REGISTER_AND_MOVE -> move(state, request);
            // No reservation is ever lost here: who cannot read it back does not start.
            default -> ReservationChange.none(state, AdditionalSense.INVALID_FIELD_IN_CDB);
        };
    }

    private static ReservationChange register(ReservationState state, ReservationRequest request) {
        boolean registered = state.isRegistered(request.initiator());
        if (registered && !request.others().isEmpty()) {
            return ReservationChange.none(state, LIST_ERROR);
        }
        if (request.actionKey() == 0) {
            return registered
                    ? unregister(state, request)
                    : ReservationChange.to(state.withPersist(request.persist()));
        }
        ReservationState next =
                state.with(new Registration(request.initiator(), request.actionKey()));
        for (long other : request.others()) {
            next = next.with(new Registration(other, request.actionKey()));
        }
        if (next.registrations().size() > MAX_REGISTRATIONS) {
            return ReservationChange.none(
                    state, AdditionalSense.INSUFFICIENT_REGISTRATION_RESOURCES);
        }
        return ReservationChange.to(next.withPersist(request.persist()).nextGeneration());
    }

    private static ReservationChange unregister(
            ReservationState state, ReservationRequest request) {
        ReservationState next = state.without(request.initiator());
        ReservationChange change =
                ReservationChange.to(next.withPersist(request.persist()).nextGeneration());
        boolean released = state.isReserved() && !next.isReserved();
        if (released && ReservationType.letsRegistrants(state.type())) {
            change.telling(next, request.initiator(), AdditionalSense.RESERVATIONS_RELEASED);
        }
        return change;
    }

    private static ReservationChange reserve(ReservationState state, ReservationRequest request) {
        if (request.scope() != 0 || !ReservationType.isValid(request.type())) {
            return ReservationChange.none(state, AdditionalSense.INVALID_FIELD_IN_CDB);
        }
        if (!state.isReserved()) {
            return ReservationChange.to(state.reserved(request.type(), request.initiator()));
        }
        boolean same = state.isHolder(request.initiator()) && state.type() == request.type();
        return ReservationChange.none(state, same ? ReservationChange.GOOD : CONFLICT);
    }

    private static ReservationChange release(ReservationState state, ReservationRequest request) {
        if (!state.isReserved() || !state.isHolder(request.initiator())) {
            return ReservationChange.none(state, ReservationChange.GOOD);
        }
        if (request.scope() != 0 || request.type() != state.type()) {
            return ReservationChange.none(state, AdditionalSense.INVALID_RELEASE_OF_RESERVATION);
        }
        ReservationChange change = ReservationChange.to(state.released());
        if (ReservationType.letsRegistrants(state.type())) {
            change.telling(state, request.initiator(), AdditionalSense.RESERVATIONS_RELEASED);
        }
        return change;
    }

    private static ReservationChange clear(ReservationState state, ReservationRequest request) {
        ReservationState next =
                new ReservationState(
                        state.generation(), state.persist(), List.of(), ReservationType.NONE, 0);
        return ReservationChange.to(next.nextGeneration())
                .telling(state, request.initiator(), AdditionalSense.RESERVATIONS_PREEMPTED);
    }

    private static ReservationChange preempt(ReservationState state, ReservationRequest request) {
        boolean all = ReservationType.isHeldByAll(state.type());
        boolean takesOver =
                state.isReserved()
                        && (all
                                ? request.actionKey() == 0
                                : request.actionKey() == state.holderKey());
        if (takesOver) {
            return takeOver(state, request, all);
        }
        if (request.actionKey() == 0) {
            return ReservationChange.none(state, LIST_ERROR);
        }
        ReservationState next = withoutKey(state, request.actionKey());
        if (next.registrations().size() == state.registrations().size()) {
            return ReservationChange.none(state, CONFLICT);
        }
        return ReservationChange.to(next.nextGeneration())
                .telling(
                        minus(state, next),
                        request.initiator(),
                        AdditionalSense.REGISTRATIONS_PREEMPTED);
    }

    /** The reservation becomes the preempting initiator's, which stays registered. */
    private static ReservationChange takeOver(
            ReservationState state, ReservationRequest request, boolean all) {
        if (request.scope() != 0 || !ReservationType.isValid(request.type())) {
            return ReservationChange.none(state, AdditionalSense.INVALID_FIELD_IN_CDB);
        }
        ReservationState next = state.released();
        for (Registration registration : state.registrations()) {
            boolean preempted = all || registration.key() == request.actionKey();
            if (preempted && registration.address() != request.initiator()) {
                next = next.without(registration.address());
            }
        }
        next = next.reserved(request.type(), request.initiator()).nextGeneration();
        ReservationChange change =
                ReservationChange.to(next)
                        .telling(
                                minus(state, next),
                                request.initiator(),
                                AdditionalSense.REGISTRATIONS_PREEMPTED);
        if (state.type() != request.type() && ReservationType.letsRegistrants(state.type())) {
            change.telling(next, request.initiator(), AdditionalSense.RESERVATIONS_RELEASED);
        }
        return change;
    }

    private static ReservationState withoutKey(ReservationState state, long key) {
        ReservationState next = state;
        for (Registration registration : state.registrations()) {
            if (registration.key() == key) {
                next = next.without(registration.address());
            }
        }
        return next;
    }

    /** A state whose registrations are those that another no longer has. */
    private static ReservationState minus(ReservationState before, ReservationState after) {
        ReservationState gone = before;
        for (Registration kept : after.registrations()) {
            gone = gone.without(kept.address());
        }
        return gone;
    }

    private static ReservationChange move(ReservationState state, ReservationRequest request) {
        boolean holds =
                state.isReserved()
                        && !ReservationType.isHeldByAll(state.type())
                        && state.isHolder(request.initiator());
        if (!holds) {
            return ReservationChange.none(state, CONFLICT);
        }
        boolean one = request.others().size() == 1;
        if (!one || request.actionKey() == 0 || request.others().get(0) == request.initiator()) {
            return ReservationChange.none(state, LIST_ERROR);
        }
        long target = request.others().get(0);
        ReservationState next =
                state.with(new Registration(target, request.actionKey()))
                        .reserved(state.type(), target);
        if (request.unregister()) {
            next = next.without(request.initiator());
        }
        return ReservationChange.to(next.withPersist(request.persist()).nextGeneration());
    }
}
