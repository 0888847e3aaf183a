package dev.platter.scsi;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The registrations of a logical unit, and its persistent reservation; a value.
 *
 * @param generation PRGENERATION: how often registrations have changed since power on, 32 bits
 * @param persist APTPL: whether all this outlives the power
 * @param registrations in the order in which they came; of each address one
 * @param type of {@link ReservationType}, {@link ReservationType#NONE} if nothing is reserved
 * @param holder the address of the holder; 0 where there is none, or all registrants hold
 */
record ReservationState(
        int generation, boolean persist, List<Registration> registrations, int type, long holder) {
    static final ReservationState EMPTY =
            new ReservationState(0, false, List.of(), ReservationType.NONE, 0);

    ReservationState {
        registrations = List.copyOf(registrations);
    }

    Optional<Registration> registration(long address) {
        for (Registration registration : registrations) {
            if (registration.address() == address) {
                return Optional.of(registration);
            }
        }
        return Optional.empty();
    }

    boolean isRegistered(long address) {
        return registration(address).isPresent();
    }

    boolean isReserved() {
        return type != ReservationType.NONE;
    }

    boolean isHolder(long address) {
        return ReservationType.isHeldByAll(type) ? isRegistered(address) : holder == address;
    }

    /** The holder's key; 0 where there is none, or all registrants hold. */
    long holderKey() {
        return registration(holder).map(Registration::key).orElse(0L);
    }

    /** The same, with a new generation. */
    ReservationState nextGeneration() {
        return new ReservationState(generation + 1, persist, registrations, type, holder);
    }

    ReservationState withPersist(boolean newPersist) {
        return new ReservationState(generation, newPersist, registrations, type, holder);
    }

    /** With a registration added, or its key changed in place. */
    ReservationState with(Registration registration) {
        List<Registration> list = new ArrayList<>(registrations);
        list.replaceAll(old -> old.address() == registration.address() ? registration : old);
        if (!list.contains(registration)) {
            list.add(registration);
        }
        return new ReservationState(generation, persist, list, type, holder);
    }

    /** Without a registration; a reservation that then has no holder is released. */
    ReservationState without(long address) {
        List<Registration> list = new ArrayList<>(registrations);
        list.removeIf(registration -> registration.address() == address);
        boolean released = ReservationType.isHeldByAll(type) ? list.isEmpty() : holder == address;
        return new ReservationState(
                generation,
                persist,
                list,
                released ? ReservationType.NONE : type,
                released ? 0 : holder);
    }

    ReservationState reserved(int newType, long address) {
        return new ReservationState(
                generation,
                persist,
                registrations,
                newType,
                ReservationType.isHeldByAll(newType) ? 0 : address);
    }

    ReservationState released() {
        return new ReservationState(generation, persist, registrations, ReservationType.NONE, 0);
    }
}
