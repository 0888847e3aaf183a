package dev.platter.it.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.cli.serve.DiskServer;
import dev.platter.cli.serve.DiskSpec;
import dev.platter.driver.DriverOptions;
import dev.platter.driver.GuestMemory;
import dev.platter.driver.ScsiDisk;
import dev.platter.driver.ScsiResponse;
import dev.platter.driver.VhostUserFrontEnd;
import dev.platter.driver.VhostUserOptions;
import dev.platter.driver.VirtioScsiDriver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Initiators on three sockets of one server contend for a disk: every command under every type of
 * persistent reservation, from who holds it, from who is registered, and from a stranger, against
 * SPC-5 §5.14.1, tables 65 and 66, and SBC-4 §4.18, table 14.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReservationSocketsTest {
    private static final int CONFLICT = 0x18;
    private static final int[] TYPES = {1, 3, 5, 6, 7, 8};
    private static final List<String> INITIATORS = List.of("holder", "registrant", "stranger");
    private static final Map<String, Long> KEYS = Map.of("holder", 0x11L, "registrant", 0x22L);

    private static final int REGISTER = 0;
    private static final int RESERVE = 1;
    private static final int RELEASE = 2;
    private static final int CLEAR = 3;
    private static final int PREEMPT = 4;
    private static final int PREEMPT_AND_ABORT = 5;
    private static final int REGISTER_AND_IGNORE = 6;
    private static final int REGISTER_AND_MOVE = 7;
    private static final int REPLACE_LOST = 8;

    /** Each CDB, and what is said to who is shut out by write exclusive and by exclusive access. */
    private static final String TABLE =
            """
            INQUIRY              120000002400                     allowed  allowed
            REPORT LUNS          a00000000000000000100000         allowed  allowed
            REQUEST SENSE        030000001200                     allowed  allowed
            LOG SENSE            4d000000000000001000             allowed  allowed
            TEST UNIT READY      000000000000                     allowed  allowed
            READ CAPACITY 10     25000000000000000000             allowed  allowed
            READ CAPACITY 16     9e100000000000000000000000200000 allowed  allowed
            REPORT TARGET GROUPS a30a00000000000000200000         allowed  allowed
            READ KEYS            5e000000000000002000             allowed  allowed
            READ RESERVATION     5e010000000000002000             allowed  allowed
            REPORT CAPABILITIES  5e020000000000002000             allowed  allowed
            READ FULL STATUS     5e030000000000002000             allowed  allowed
            COPY PARAMETERS      84030000000000000000000000200000 allowed  allowed
            MODE SENSE 6         1a083f002000                     allowed  conflict
            MODE SENSE 10        5a083f00000000002000             allowed  conflict
            REPORT OPCODES       a30c00000000000000200000         allowed  conflict
            REPORT TASK MGMT     a30d00000000000000200000         allowed  conflict
            READ 6               080000000100                     allowed  conflict
            READ 10              28000000000000000100             allowed  conflict
            READ 12              a80000000000000000010000         allowed  conflict
            READ 16              88000000000000000000000000010000 allowed  conflict
            VERIFY 10            2f000000000000000100             allowed  conflict
            VERIFY 12            af0000000000000000010000         allowed  conflict
            VERIFY 16            8f000000000000000000000000010000 allowed  conflict
            PRE-FETCH 10         34000000000000000100             allowed  conflict
            PRE-FETCH 16         90000000000000000000000000010000 allowed  conflict
            GET LBA STATUS       9e120000000000000000000000200000 allowed  conflict
            READ DEFECT DATA 10  37000000000000002000             allowed  conflict
            READ DEFECT DATA 12  b70000000000000000200000         allowed  conflict
            MODE SELECT 6        151000000000                     conflict conflict
            MODE SELECT 10       55100000000000000000             conflict conflict
            EXTENDED COPY        83000000000000000000000000000000 conflict conflict
            COPY STATUS          84000000000000000000000000200000 conflict conflict
            WRITE 6              0a0000000100                     conflict conflict
            WRITE 10             2a000000000000000100             conflict conflict
            WRITE 12             aa0000000000000000010000         conflict conflict
            WRITE 16             8a000000000000000000000000010000 conflict conflict
            WRITE AND VERIFY 10  2e000000000000000100             conflict conflict
            WRITE AND VERIFY 12  ae0000000000000000010000         conflict conflict
            WRITE AND VERIFY 16  8e000000000000000000000000010000 conflict conflict
            WRITE SAME 10        41000000000000000100             conflict conflict
            WRITE SAME 16        93000000000000000000000000010000 conflict conflict
            UNMAP                42000000000000000000             conflict conflict
            COMPARE AND WRITE    89000000000000000000000000010000 conflict conflict
            ORWRITE 16           8b000000000000000000000000010000 conflict conflict
            SYNC CACHE 10        35000000000000000000             conflict conflict
            SYNC CACHE 16        91000000000000000000000000000000 conflict conflict
            SANITIZE OVERWRITE   48010000000000000000             conflict conflict
            SANITIZE EXIT        481f0000000000000000             conflict conflict
            START STOP: stop     1b0000000000                     conflict conflict
            START STOP: start    1b0000000100                     allowed  allowed
            """;

    /** Their data comes from the guest; that of all others, if any, goes to it. */
    private static final List<Integer> DATA_OUT =
            List.of(0x0a, 0x2a, 0xaa, 0x8a, 0x2e, 0xae, 0x8e, 0x41, 0x93, 0x89, 0x8b);

    private static final int COMPARE_AND_WRITE = 0x89;
    private static final int BLOCK_BYTES = 512;

    private final List<AutoCloseable> closers = new ArrayList<>();
    private final Map<String, ScsiDisk> disks = new HashMap<>();

    @BeforeAll
    void serve(@TempDir Path folder) throws Exception {
        DiskSpec spec = DiskSpec.parse("file=" + folder.resolve("disk") + ",size=1M,discard=unmap");
        List<Path> sockets = INITIATORS.stream().map(folder::resolve).toList();
        closers.add(0, DiskServer.start(sockets, List.of(spec), 1));
        for (String initiator : INITIATORS) {
            GuestMemory memory = GuestMemory.shared(4 << 20);
            closers.add(0, memory);
            VhostUserFrontEnd frontEnd =
                    VhostUserFrontEnd.connect(
                            folder.resolve(initiator),
                            memory,
                            VhostUserOptions.forRequestQueues(1));
            closers.add(0, frontEnd);
            VirtioScsiDriver driver = VirtioScsiDriver.start(frontEnd, DriverOptions.DEFAULT);
            disks.put(initiator, driver.disk(0, 0).probe());
        }
    }

    @AfterAll
    void stop() throws Exception {
        for (AutoCloseable closer : closers) {
            closer.close();
        }
    }

    private ScsiResponse reserveOut(String who, int action, int type, long key, long actionKey)
            throws IOException {
        ByteBuffer list = ByteBuffer.allocate(24).putLong(key).putLong(actionKey);
        byte[] cdb = {0x5f, (byte) action, (byte) type, 0, 0, 0, 0, 0, 24, 0};
        return disks.get(who).execute(cdb, list.array(), 0);
    }

    /** Whatever was before: two are registered, the first of them reserves, nothing is pending. */
    private void reserve(int type) throws IOException {
        disks.get("holder").clearUnitAttentions();
        good(reserveOut("holder", REGISTER_AND_IGNORE, 0, 0, KEYS.get("holder")));
        good(reserveOut("holder", CLEAR, 0, KEYS.get("holder"), 0));
        for (String initiator : INITIATORS) {
            disks.get(initiator).clearUnitAttentions();
        }
        for (String initiator : KEYS.keySet()) {
            good(reserveOut(initiator, REGISTER, 0, 0, KEYS.get(initiator)));
        }
        good(reserveOut("holder", RESERVE, type, KEYS.get("holder"), 0));
    }

    private static void good(ScsiResponse response) {
        assertThat(response.good()).as(response.toString()).isTrue();
    }

    private static Stream<Arguments> cells() {
        List<Arguments> cells = new ArrayList<>();
        for (String line : TABLE.lines().toList()) {
            String[] words = line.substring(21).split(" +", -1);
            for (int type : TYPES) {
                boolean exclusiveAccess = type == 3 || type == 6 || type == 8;
                for (String who : INITIATORS) {
                    boolean letIn = who.equals("holder") || (who.equals("registrant") && type >= 5);
                    boolean conflict = !letIn && words[exclusiveAccess ? 2 : 1].equals("conflict");
                    cells.add(
                            Arguments.of(
                                    line.substring(0, 21).strip(), words[0], type, who, conflict));
                }
            }
        }
        return cells.stream();
    }

    @ParameterizedTest(name = "{0} under type {2} from the {3}: conflict {4}")
    @MethodSource("cells")
    void conflictsAsTheTablesSay(String name, String hex, int type, String who, boolean conflict)
            throws IOException {
        reserve(type);
        byte[] cdb = HexFormat.of().parseHex(hex);
        int code = cdb[0] & 0xff;
        int outBytes =
                !DATA_OUT.contains(code)
                        ? 0
                        : code == COMPARE_AND_WRITE ? 2 * BLOCK_BYTES : BLOCK_BYTES;
        ScsiResponse answer =
                disks.get(who).execute(cdb, new byte[outBytes], outBytes > 0 ? 0 : BLOCK_BYTES);
        assertThat(answer.status() == CONFLICT)
                .as("%s answered %s", name, answer)
                .isEqualTo(conflict);
        if (hex.startsWith("1b")) {
            good(disks.get("holder").execute(new byte[] {0x1b, 0, 0, 0, 1, 0}, new byte[0], 0));
        }
    }

    private static Stream<Arguments> reserveOuts() {
        List<Arguments> cells = new ArrayList<>();
        for (int type : TYPES) {
            boolean allRegistrants = type >= 7;
            for (String who : INITIATORS) {
                boolean registered = KEYS.containsKey(who);
                boolean holds = who.equals("holder") || (allRegistrants && registered);
                cells.add(Arguments.of(REGISTER, type, who, false));
                cells.add(Arguments.of(REGISTER_AND_IGNORE, type, who, false));
                cells.add(Arguments.of(RESERVE, type, who, !holds));
                cells.add(Arguments.of(RELEASE, type, who, !registered));
                cells.add(Arguments.of(CLEAR, type, who, !registered));
                cells.add(Arguments.of(PREEMPT, type, who, !registered));
                cells.add(Arguments.of(PREEMPT_AND_ABORT, type, who, !registered));
                cells.add(
                        Arguments.of(
                                REGISTER_AND_MOVE,
                                type,
                                who,
                                !who.equals("holder") || allRegistrants));
                cells.add(Arguments.of(REPLACE_LOST, type, who, !registered));
            }
        }
        return cells.stream();
    }

    @ParameterizedTest(name = "PERSISTENT RESERVE OUT {0} under type {1} from the {2}: {3}")
    @MethodSource("reserveOuts")
    void reservationCommandsConflictAsTheTablesSay(
            int action, int type, String who, boolean conflict) throws IOException {
        reserve(type);
        ScsiResponse answer =
                reserveOut(who, action, type, KEYS.getOrDefault(who, 0L), KEYS.get("registrant"));
        assertThat(answer.status() == CONFLICT).as(answer.toString()).isEqualTo(conflict);
    }

    private static Stream<Arguments> legacy() {
        return Stream.of(
                        "160000000000",
                        "170000000000",
                        "56000000000000000000",
                        "57000000000000000000")
                .flatMap(hex -> INITIATORS.stream().map(who -> Arguments.of(hex, who)));
    }

    /** Registrations forbid the older kind of reservation to everyone (SPC-2 §5.5.1). */
    @ParameterizedTest
    @MethodSource("legacy")
    void olderReservationsConflictWithRegistrations(String hex, String who) throws IOException {
        for (int type : TYPES) {
            reserve(type);
            ScsiResponse answer =
                    disks.get(who).execute(HexFormat.of().parseHex(hex), new byte[0], 0);
            assertThat(answer.status()).as(answer.toString()).isEqualTo(CONFLICT);
        }
    }
}
