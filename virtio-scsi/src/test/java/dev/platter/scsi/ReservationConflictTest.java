package dev.platter.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every command under every type of persistent reservation, from the holder, from a registrant and
 * from a stranger, against the tables of the standards (SPC-5 §5.14.1, tables 65 and 66; SBC-4
 * §4.18, table 14) written down here a second time.
 */
final class ReservationConflictTest {
    private static final int[] TYPES = {1, 3, 5, 6, 7, 8};

    /**
     * Each line: which commands, and what the tables say to write exclusive and to exclusive access
     * from an initiator that is shut out. Registrants are let in by types 5 to 8, always.
     */
    private static final String TABLE =
            """
            INQUIRY REPORT_LUNS REQUEST_SENSE LOG_SENSE TEST_UNIT_READY: allowed allowed
            READ_CAPACITY_10 READ_CAPACITY_16 REPORT_TARGET_PORT_GROUPS: allowed allowed
            READ_KEYS READ_RESERVATION REPORT_CAPABILITIES READ_FULL_STATUS: allowed allowed
            RECEIVE_COPY_PARAMETERS: allowed allowed
            MODE_SENSE_6 MODE_SENSE_10: allowed conflict
            REPORT_SUPPORTED_OPERATION_CODES: allowed conflict
            REPORT_SUPPORTED_TASK_MANAGEMENT_FUNCTIONS: allowed conflict
            READ_6 READ_10 READ_12 READ_16 VERIFY_10 VERIFY_12 VERIFY_16: allowed conflict
            PRE_FETCH_10 PRE_FETCH_16 GET_LBA_STATUS: allowed conflict
            READ_DEFECT_DATA_10 READ_DEFECT_DATA_12: allowed conflict
            MODE_SELECT_6 MODE_SELECT_10 EXTENDED_COPY RECEIVE_COPY_STATUS: conflict conflict
            WRITE_6 WRITE_10 WRITE_12 WRITE_16: conflict conflict
            WRITE_AND_VERIFY_10 WRITE_AND_VERIFY_12 WRITE_AND_VERIFY_16: conflict conflict
            WRITE_SAME_10 WRITE_SAME_16 UNMAP COMPARE_AND_WRITE ORWRITE_16: conflict conflict
            SYNCHRONIZE_CACHE_10 SYNCHRONIZE_CACHE_16: conflict conflict
            SANITIZE_OVERWRITE SANITIZE_BLOCK_ERASE SANITIZE_EXIT_FAILURE_MODE: conflict conflict
            START_STOP_UNIT: conflict conflict
            """;

    private static Stream<Arguments> cells() {
        List<Arguments> cells = new ArrayList<>();
        for (String line : TABLE.lines().toList()) {
            String[] sides = line.split(": ", -1);
            String[] says = sides[1].split(" ", -1);
            for (String command : sides[0].split(" ", -1)) {
                for (int type : TYPES) {
                    for (String who : List.of("holder", "registrant", "stranger")) {
                        boolean exclusiveAccess = type == 3 || type == 6 || type == 8;
                        boolean inside =
                                who.equals("holder") || (who.equals("registrant") && type >= 5);
                        boolean conflict =
                                !inside && says[exclusiveAccess ? 1 : 0].equals("conflict");
                        cells.add(Arguments.of(OpCode.valueOf(command), type, who, conflict));
                    }
                }
            }
        }
        return cells.stream();
    }

    private static String cdb(OpCode command) {
        byte[] cdb = new byte[command.cdbBytes()];
        cdb[0] = (byte) command.code();
        cdb[1] = (byte) Math.max(0, command.serviceAction());
        return HexFormat.of().formatHex(cdb);
    }

    @ParameterizedTest(name = "{0} under type {1} from the {2}: conflict {3}")
    @MethodSource("cells")
    void conflictsAsTheTablesSay(OpCode command, int type, String who, boolean conflict) {
        try (Reserved reserved = new Reserved().reserve(type)) {
            ScsiCommand ended = reserved.initiator(who).run(cdb(command), new byte[512]);
            assertThat(ended.status() == ScsiStatus.RESERVATION_CONFLICT).isEqualTo(conflict);
        }
    }

    /** SBC-4 table 14: starting is allowed to all, whatever else START STOP UNIT does is not. */
    @Test
    void onlyStartingTheUnitIsAllowedToAll() {
        for (int type : TYPES) {
            try (Reserved reserved = new Reserved().reserve(type)) {
                assertThat(reserved.stranger.outcome("1b 00 00 00 01 00")).isEqualTo("GOOD");
                assertThat(Reserved.outcome(reserved.stranger.run("1b 00 00 00 11 00")))
                        .isEqualTo("CONFLICT");
            }
        }
    }

    private static Stream<Arguments> reserveOuts() {
        List<Arguments> cells = new ArrayList<>();
        for (int type : TYPES) {
            boolean all = type >= 7;
            for (String who : List.of("holder", "registrant", "stranger")) {
                boolean registered = !who.equals("stranger");
                boolean holds = who.equals("holder") || (all && registered);
                cells.add(Arguments.of(OpCode.REGISTER, type, who, false));
                cells.add(Arguments.of(OpCode.REGISTER_AND_IGNORE_EXISTING_KEY, type, who, false));
                cells.add(Arguments.of(OpCode.RESERVE, type, who, !holds));
                cells.add(Arguments.of(OpCode.RELEASE, type, who, !registered));
                cells.add(Arguments.of(OpCode.CLEAR, type, who, !registered));
                cells.add(Arguments.of(OpCode.PREEMPT, type, who, !registered));
                cells.add(Arguments.of(OpCode.PREEMPT_AND_ABORT, type, who, !registered));
                cells.add(
                        Arguments.of(
                                OpCode.REGISTER_AND_MOVE, type, who, !who.equals("holder") || all));
                cells.add(Arguments.of(OpCode.REPLACE_LOST_RESERVATION, type, who, !registered));
                // Registrations forbid the older kind to everyone (SPC-2 §5.5.1).
                cells.add(Arguments.of(OpCode.RESERVE_6, type, who, true));
                cells.add(Arguments.of(OpCode.RELEASE_6, type, who, true));
                cells.add(Arguments.of(OpCode.RESERVE_10, type, who, true));
                cells.add(Arguments.of(OpCode.RELEASE_10, type, who, true));
            }
        }
        return cells.stream();
    }

    @ParameterizedTest(name = "{0} under type {1} from the {2}: conflict {3}")
    @MethodSource("reserveOuts")
    void reservationCommandsConflictAsTheTablesSay(
            OpCode command, int type, String who, boolean conflict) {
        try (Reserved reserved = new Reserved().reserve(type)) {
            Initiator initiator = reserved.initiator(who);
            String outcome;
            if (command.code() == 0x5F) {
                outcome =
                        Reserved.out(
                                initiator,
                                command.serviceAction(),
                                type,
                                Reserved.keyOf(who),
                                Reserved.REGISTRANT_KEY);
            } else {
                outcome = Reserved.outcome(initiator.run(cdb(command)));
            }
            assertThat(outcome.equals("CONFLICT")).isEqualTo(conflict);
        }
    }

    @Test
    void theTablesNameEveryCommand() {
        Set<OpCode> named = EnumSet.noneOf(OpCode.class);
        cells().forEach(cell -> named.add((OpCode) cell.get()[0]));
        reserveOuts().forEach(cell -> named.add((OpCode) cell.get()[0]));
        named.add(OpCode.WRITE_ATOMIC_16); // not offered without the host's help
        assertThat(named).containsExactlyInAnyOrderElementsOf(Arrays.asList(OpCode.values()));
    }

    @Test
    void withoutAReservationNothingConflicts() {
        try (Reserved reserved = new Reserved()) {
            Reserved.out(reserved.holder, 0, 0, 0, Reserved.HOLDER_KEY);
            assertThat(reserved.unit.reservations().any()).isFalse();
            assertThat(reserved.stranger.outcome("2a 00 00000000 00 0001 00", new byte[512]))
                    .isEqualTo("GOOD");
        }
    }
}
