package dev.platter.scsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PERSISTENT RESERVE IN and OUT, each service action (SPC-5 §5.14, §6.16, §6.17). */
final class PersistentReservationTest {
    private static final String READY = "00 00 00 00 00 00";
    private static final String READ = "28 00 00000000 00 0001 00";
    private static final int REGISTER = 0;
    private static final int RESERVE = 1;
    private static final int RELEASE = 2;
    private static final int CLEAR = 3;
    private static final int PREEMPT = 4;
    private static final int PREEMPT_AND_ABORT = 5;
    private static final int REGISTER_AND_IGNORE = 6;
    private static final int KEYS = 0;
    private static final int RESERVATION = 1;
    private static final int CAPABILITIES = 2;
    private static final int FULL_STATUS = 3;
    private static final int APTPL = 1;

    private static String key(long key) {
        return "%016x".formatted(key);
    }

    @Test
    void registeringNeedsTheOldKeyAndCountsGenerations() {
        try (Reserved reserved = new Reserved()) {
            Initiator one = reserved.holder;
            assertThat(Reserved.in(one, KEYS)).isEqualTo("0000000000000000");
            assertThat(Reserved.out(one, REGISTER, 0, 5, 6)).isEqualTo("CONFLICT");
            assertThat(Reserved.out(one, REGISTER, 0, 0, 6)).isEqualTo("GOOD");
            assertThat(Reserved.in(one, KEYS)).isEqualTo("0000000100000008" + key(6));
            assertThat(Reserved.out(one, REGISTER, 0, 0, 7)).isEqualTo("CONFLICT");
            assertThat(Reserved.out(one, REGISTER, 0, 6, 7)).isEqualTo("GOOD");
            assertThat(Reserved.out(one, REGISTER_AND_IGNORE, 0, 99, 8)).isEqualTo("GOOD");
            assertThat(Reserved.in(one, KEYS)).isEqualTo("0000000300000008" + key(8));
            assertThat(Reserved.out(one, REGISTER, 0, 8, 0)).isEqualTo("GOOD");
            assertThat(Reserved.in(one, KEYS)).isEqualTo("0000000400000000");
            assertThat(Reserved.out(one, REGISTER, 0, 0, 0)).isEqualTo("GOOD");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5, 6, 7, 8})
    void aReservationIsReadAndReleased(int type) {
        try (Reserved reserved = new Reserved().reserve(type)) {
            String shown = type >= 7 ? key(0) : key(Reserved.HOLDER_KEY);
            assertThat(Reserved.in(reserved.stranger, RESERVATION))
                    .isEqualTo("0000000200000010" + shown + "0000000000" + "0" + type + "0000");
            assertThat(Reserved.out(reserved.holder, RESERVE, type, Reserved.HOLDER_KEY, 0))
                    .isEqualTo("GOOD");
            int other = type == 1 ? 3 : 1;
            assertThat(Reserved.out(reserved.holder, RESERVE, other, Reserved.HOLDER_KEY, 0))
                    .isEqualTo("CONFLICT");
            assertThat(Reserved.out(reserved.holder, RELEASE, other, Reserved.HOLDER_KEY, 0))
                    .isEqualTo("5/26/04");
            assertThat(Reserved.out(reserved.holder, RELEASE, type, Reserved.HOLDER_KEY, 0))
                    .isEqualTo("GOOD");
            assertThat(Reserved.in(reserved.stranger, RESERVATION)).isEqualTo("0000000200000000");
            String seen = type >= 5 ? "6/2a/04" : "GOOD";
            assertThat(reserved.registrant.outcome(READY)).isEqualTo(seen);
            assertThat(reserved.stranger.outcome(READY)).isEqualTo("GOOD");
        }
    }

    @ParameterizedTest
    @CsvSource({"00, 5/24/00", "02, 5/24/00", "04, 5/24/00", "09, 5/24/00", "11, 5/24/00"})
    void reservingRefusesUnknownTypesAndScopes(String byte2, String outcome) {
        try (Reserved reserved = new Reserved()) {
            Reserved.out(reserved.holder, REGISTER, 0, 0, 1);
            int scopeAndType = Integer.parseInt(byte2, 16);
            assertThat(Reserved.out(reserved.holder, RESERVE, scopeAndType, 1, 0))
                    .isEqualTo(outcome);
        }
    }

    @Test
    void clearingTellsTheOthers() {
        try (Reserved reserved = new Reserved().reserve(5)) {
            assertThat(Reserved.out(reserved.registrant, CLEAR, 0, Reserved.REGISTRANT_KEY, 0))
                    .isEqualTo("GOOD");
            assertThat(reserved.holder.outcome(READY)).isEqualTo("6/2a/03");
            assertThat(reserved.holder.outcome(READY)).isEqualTo("GOOD");
            assertThat(reserved.registrant.outcome(READY)).isEqualTo("GOOD");
            assertThat(Reserved.in(reserved.holder, KEYS)).isEqualTo("0000000300000000");
            assertThat(reserved.unit.reservations().any()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {PREEMPT, PREEMPT_AND_ABORT})
    void preemptingTakesTheReservationAndTheRegistration(int action) {
        try (Reserved reserved = new Reserved().reserve(1)) {
            assertThat(
                            Reserved.out(
                                    reserved.registrant,
                                    action,
                                    3,
                                    Reserved.REGISTRANT_KEY,
                                    Reserved.HOLDER_KEY))
                    .isEqualTo("GOOD");
            assertThat(Reserved.in(reserved.registrant, RESERVATION))
                    .contains(key(Reserved.REGISTRANT_KEY))
                    .endsWith("030000");
            assertThat(Reserved.in(reserved.registrant, KEYS))
                    .isEqualTo("0000000300000008" + key(Reserved.REGISTRANT_KEY));
            assertThat(reserved.holder.outcome(READY)).isEqualTo("6/2a/05");
            assertThat(Reserved.outcome(reserved.holder.run(READ, 512))).isEqualTo("CONFLICT");
        }
    }

    @Test
    void preemptingRemovesRegistrationsByKey() {
        try (Reserved reserved = new Reserved().reserve(1)) {
            assertThat(Reserved.out(reserved.holder, PREEMPT, 1, Reserved.HOLDER_KEY, 0x77))
                    .isEqualTo("CONFLICT");
            assertThat(Reserved.out(reserved.holder, PREEMPT, 1, Reserved.HOLDER_KEY, 0))
                    .isEqualTo("5/26/00");
            assertThat(
                            Reserved.out(
                                    reserved.holder,
                                    PREEMPT,
                                    1,
                                    Reserved.HOLDER_KEY,
                                    Reserved.REGISTRANT_KEY))
                    .isEqualTo("GOOD");
            assertThat(reserved.registrant.outcome(READY)).isEqualTo("6/2a/05");
            assertThat(Reserved.in(reserved.holder, KEYS)).endsWith(key(Reserved.HOLDER_KEY));
        }
    }

    @Test
    void preemptingAllRegistrantsByKeyZero() {
        try (Reserved reserved = new Reserved().reserve(7)) {
            assertThat(Reserved.out(reserved.registrant, PREEMPT, 8, Reserved.REGISTRANT_KEY, 0))
                    .isEqualTo("GOOD");
            assertThat(Reserved.in(reserved.registrant, KEYS))
                    .isEqualTo("0000000300000008" + key(Reserved.REGISTRANT_KEY));
            assertThat(reserved.holder.outcome(READY)).isEqualTo("6/2a/05");
        }
    }

    /** It begins when nothing is in flight that it could have to abort. */
    @Test
    void preemptAndAbortWaitsForWhatIsInFlight() {
        MemoryBackend backend = new MemoryBackend(64);
        LogicalUnit unit = new LogicalUnit(backend, LogicalUnitOptions.builder().build());
        try (Initiator victim = Initiator.of(unit, new InitiatorPort("victim"));
                Initiator other = Initiator.of(unit, new InitiatorPort("other"))) {
            Reserved.out(victim, REGISTER, 0, 0, 1);
            Reserved.out(other, REGISTER, 0, 0, 2);
            backend.automatic = false;
            byte[] write = Initiator.bytes("2a 00 00000000 00 0001 00");
            victim.start(0, write, new byte[512], 0);
            victim.queue.poll();
            byte[] list = Initiator.bytes(key(2) + key(1) + "0000000000000000");
            other.start(0, Initiator.bytes("5f 05 01 00 00 00000018 00"), list, 0);
            for (int i = 0; i < 100; i++) {
                other.queue.poll();
            }
            assertThat(other.running[0]).isTrue();
            assertThat(other.queue.mustPoll()).isTrue();
            backend.release(backend.pending.get(0));
            victim.queue.poll();
            assertThat(victim.running[0]).isFalse();
            other.finish();
            assertThat(Initiator.outcome(other.commands[0])).isEqualTo("GOOD");
            backend.automatic = true;
        }
    }

    @Test
    void unregisteringReleasesWhatIsHeld() {
        try (Reserved reserved = new Reserved().reserve(6)) {
            Reserved.out(reserved.holder, REGISTER, 0, Reserved.HOLDER_KEY, 0);
            assertThat(reserved.unit.reservations().any()).isFalse();
            assertThat(reserved.registrant.outcome(READY)).isEqualTo("6/2a/04");
        }
        try (Reserved reserved = new Reserved().reserve(8)) {
            Reserved.out(reserved.holder, REGISTER, 0, Reserved.HOLDER_KEY, 0);
            assertThat(reserved.unit.reservations().any()).isTrue();
            Reserved.out(reserved.registrant, REGISTER, 0, Reserved.REGISTRANT_KEY, 0);
            assertThat(reserved.unit.reservations().any()).isFalse();
        }
    }

    private static String transportId(String name) {
        return "06000000" + key(new InitiatorPort(name).address()) + "00".repeat(12);
    }

    @Test
    void othersAreRegisteredByTheirTransportIds() {
        try (Reserved reserved = new Reserved()) {
            String list =
                    key(0) + key(9) + "00000000 08 00 0000 00000018" + transportId("stranger");
            ScsiCommand ended =
                    reserved.holder.run("5f 00 00 00 00 00000034 00", Initiator.bytes(list));
            assertThat(Initiator.outcome(ended)).isEqualTo("GOOD");
            assertThat(Reserved.in(reserved.holder, KEYS))
                    .isEqualTo("0000000100000010" + key(9) + key(9));
            assertThat(Reserved.out(reserved.stranger, RESERVE, 1, 9, 0)).isEqualTo("GOOD");
        }
    }

    @Test
    void aReservationMoves() {
        try (Reserved reserved = new Reserved().reserve(3)) {
            String list =
                    key(Reserved.HOLDER_KEY)
                            + key(0x33)
                            + "00 02 0001 00000018"
                            + transportId("stranger");
            ScsiCommand ended =
                    reserved.holder.run("5f 07 00 00 00 00000030 00", Initiator.bytes(list));
            assertThat(Initiator.outcome(ended)).isEqualTo("GOOD");
            assertThat(Reserved.in(reserved.stranger, RESERVATION)).contains(key(0x33));
            assertThat(reserved.stranger.outcome(READY)).isEqualTo("GOOD");
            assertThat(Reserved.outcome(reserved.holder.run(READ, 512))).isEqualTo("CONFLICT");
            assertThat(Reserved.in(reserved.holder, KEYS))
                    .endsWith(key(Reserved.REGISTRANT_KEY) + key(0x33));
        }
    }

    @Test
    void fullStatusNamesEachRegistrant() {
        try (Reserved reserved = new Reserved().reserve(5)) {
            assertThat(Reserved.in(reserved.stranger, FULL_STATUS))
                    .isEqualTo(
                            "0000000200000060"
                                    + key(Reserved.HOLDER_KEY)
                                    + "00000000 03 05 00000000 0000 00000018".replace(" ", "")
                                    + transportId("holder")
                                    + key(Reserved.REGISTRANT_KEY)
                                    + "00000000 02 00 00000000 0000 00000018".replace(" ", "")
                                    + transportId("registrant"));
        }
    }

    @Test
    void capabilitiesAreThoseThatAreCarriedOut() {
        try (Reserved reserved = new Reserved()) {
            assertThat(Reserved.in(reserved.holder, CAPABILITIES)).isEqualTo("00080d80ea010000");
            Reserved.out(reserved.holder, REGISTER, 0, 0, 1, APTPL);
            assertThat(Reserved.in(reserved.holder, CAPABILITIES)).isEqualTo("00080d81ea010000");
        }
        try (Initiator initiator =
                Initiator.of(new MemoryBackend(64), LogicalUnitOptions.builder().build())) {
            assertThat(Reserved.in(initiator, CAPABILITIES)).isEqualTo("00080c80ea010000");
            assertThat(Reserved.out(initiator, REGISTER, 0, 0, 1, APTPL)).isEqualTo("5/26/00");
        }
    }

    @Test
    void aPersistentReservationOutlivesItsUnit() {
        Reserved.Store store;
        try (Reserved reserved = new Reserved()) {
            store = reserved.store;
            Reserved.out(reserved.holder, REGISTER, 0, 0, 0xABC, APTPL);
            Reserved.out(reserved.holder, RESERVE, 1, 0xABC, 0);
        }
        assertThat(store.text).contains("type 1").contains(key(0xABC) + " holder");
        LogicalUnit again = Reserved.unit(store);
        try (Initiator holder = Initiator.of(again, new InitiatorPort("holder"));
                Initiator stranger = Initiator.of(again, new InitiatorPort("stranger"))) {
            assertThat(Reserved.in(stranger, RESERVATION)).startsWith("00000000").contains("abc");
            byte[] block = new byte[512];
            assertThat(holder.outcome("2a 00 00000000 00 0001 00", block)).isEqualTo("GOOD");
            assertThat(Reserved.outcome(stranger.run("2a 00 00000000 00 0001 00", block)))
                    .isEqualTo("CONFLICT");
            Reserved.out(holder, REGISTER, 0, 0xABC, 0, 0);
            assertThat(store.text).isEmpty();
        }
    }

    @Test
    void withoutAptplNothingIsKept() {
        try (Reserved reserved = new Reserved().reserve(1)) {
            assertThat(reserved.store.text).isEmpty();
        }
    }

    @Test
    void whatCannotBeKeptDoesNotHappen() {
        try (Reserved reserved = new Reserved()) {
            reserved.store.fails = true;
            assertThat(Reserved.out(reserved.holder, REGISTER, 0, 0, 1, APTPL))
                    .isEqualTo("5/55/04");
            assertThat(Reserved.in(reserved.holder, KEYS)).isEqualTo("0000000000000000");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "platter reservations 1 type 2",
                "platter reservations 1 type 1\n1 2",
                "platter reservations 1 type 5\n1",
                "platter reservations 1 type 0\n1 2 holder",
                "platter reservations 1 type x"
            })
    void reservationsThatCannotBeReadKeepTheUnitShut(String text) {
        Reserved.Store store = new Reserved.Store();
        store.text = text;
        assertThatThrownBy(() -> Reserved.unit(store))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("reservations");
    }

    @ParameterizedTest
    @CsvSource({"00000000, 5/1a/00", "00000017, 5/1a/00", "00000019, 5/1a/00"})
    void theParameterListHasItsLength(String length, String outcome) {
        try (Reserved reserved = new Reserved()) {
            ScsiCommand ended =
                    reserved.holder.run("5f 00 00 00 00 " + length + " 00", new byte[25]);
            assertThat(Initiator.outcome(ended)).isEqualTo(outcome);
        }
    }

    @Test
    void aResetEndsAReserveAndKeepsAPersistentReservation() {
        LogicalUnit unit = Reserved.unit(new Reserved.Store());
        ScsiTarget target = new ScsiTarget(Map.of(0, unit));
        try (Initiator one = Initiator.of(unit, new InitiatorPort("one"));
                Initiator two = Initiator.of(unit, new InitiatorPort("two"))) {
            assertThat(one.outcome("16 00 00 00 00 00")).isEqualTo("GOOD");
            assertThat(Reserved.outcome(two.run(READY))).isEqualTo("CONFLICT");
            assertThat(Reserved.outcome(two.run("16 00 00 00 00 00"))).isEqualTo("CONFLICT");
            assertThat(two.outcome("17 00 00 00 00 00")).isEqualTo("GOOD");
            assertThat(two.outcome("12 00 00 00 24 00", 36)).isEqualTo("GOOD");
            assertThat(Reserved.out(two, REGISTER, 0, 0, 5)).isEqualTo("CONFLICT");
            target.nexusReset(new InitiatorPort("two"));
            two.run(READY);
            assertThat(Reserved.outcome(two.run(READY))).isEqualTo("CONFLICT");
            target.nexusReset(new InitiatorPort("one"));
            assertThat(two.outcome(READY)).isEqualTo("GOOD");
            assertThat(one.outcome(READY)).isEqualTo("6/29/00");
            Reserved.out(one, REGISTER, 0, 0, 5);
            Reserved.out(one, RESERVE, 3, 5, 0);
            target.logicalUnitReset(0);
            two.run(READY);
            assertThat(Reserved.outcome(two.run(READ, 512))).isEqualTo("CONFLICT");
        }
    }
}
