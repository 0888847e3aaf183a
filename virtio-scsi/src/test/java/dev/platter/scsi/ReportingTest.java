package dev.platter.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** LOG SENSE, READ DEFECT DATA, REPORT TARGET PORT GROUPS, PRE-FETCH and the newer pages. */
final class ReportingTest {
    private static final int BLOCK = 512;
    private final MemoryBackend backend = new MemoryBackend(2048).filled();
    private Initiator initiator =
            Initiator.of(
                    backend,
                    LogicalUnitOptions.builder()
                            .wwn(0x5000C50015EA71ACL)
                            .serial("S1")
                            .product("DISK")
                            .rotationRate(7200)
                            .build());

    @AfterEach
    void close() {
        initiator.close();
    }

    private String answer(String cdb) {
        ScsiCommand command = initiator.run(cdb, 255);
        return command.status() == 0 ? initiator.received() : Initiator.outcome(command);
    }

    @ParameterizedTest
    @CsvSource({
        "12 01 83 00ff 00, 0083003a 0103000 85000c50015ea71ac 0201001a504c4154544552204449534b"
                + "2020202020202020202020205331 0114000400000001 0115000400000001",
        "12 01 b1 0008 00, 00b1003c1c200040",
        "12 01 86 0010 00, 0086003c00070101 0000000000000000",
        "12 01 8f 00ff 00, 008f0058 00010008 07 830100 84020003 0004001c 00000000 0010 0040"
                + "00000900 0000000000000000 00000000 00000000 00080004 02 02e4 00"
                + "80010020 00000001 00000001 01fffe00 09 00000000000000000000000000000000000000",
        "37 00 1d 00 00 00 00 00ff 00, 001d0000",
        "b7 0c 00000000 000000ff 00 00, 000c000000000000",
        "a3 0a 00 00 0000 000000ff 00 00, 0000000c 0001000100000001 00000001",
        "a3 2a 00 00 0000 000000ff 00 00, 00000010 10000000 0001000100000001 00000001",
        "a3 4a 00 00 0000 000000ff 00 00, 5/24/00",
        "4d 00 40 00 00 0000 00ff 00, 00000003 00192f",
        "4d 00 40 ff 00 0000 00ff 00, 40ff0008 000000ff 19002f00",
        "4d 00 6f 00 00 0000 00ff 00, 2f000008 00000304 0000ff00",
        "4d 00 00 00 00 0000 00ff 00, 5/24/00",
        "4d 01 40 00 00 0000 00ff 00, 5/24/00",
        "4d 00 41 00 00 0000 00ff 00, 5/24/00",
        "84 03 00 00000000000000 0000000c 00 00, 0000002a01000000 0010 0040"
    })
    void answers(String cdb, String expected) {
        assertThat(answer(cdb)).isEqualTo(expected.replace(" ", ""));
    }

    @Test
    void statisticsCountCommandsAndBlocksOfAllQueues() {
        initiator.run("28 00 00000000 00 0004 00", 4 * BLOCK);
        initiator.run("2a 00 00000000 00 0002 00", new byte[2 * BLOCK]);
        LogicalUnit unit = initiator.unit();
        try (Initiator other = Initiator.of(unit)) {
            other.run("28 00 00000000 00 0001 00", BLOCK);
        }
        assertThat(answer("4d 00 59 00 00 0000 0030 00"))
                .isEqualTo(
                        "19000044 00010340"
                                .replace(" ", "")
                                .concat("0000000000000002")
                                .concat("0000000000000001")
                                .concat("0000000000000002")
                                .concat("0000000000000005")
                                .concat("0000000000000000"));
    }

    @ParameterizedTest
    @CsvSource({
        "34 00 00000000 00 0010 00, GOOD, 1",
        "34 02 00000000 00 0010 00, GOOD, 0",
        "34 00 00000000 00 0000 00, GOOD, 16",
        "90 00 0000000000000000 00000100 00 00, GOOD, 2",
        "34 00 00000800 00 0000 00, GOOD, 0",
        "34 00 00000800 00 0001 00, 5/21/00, 0",
        "90 00 ffffffffffffffff 00000001 00 00, 5/21/00, 0"
    })
    void preFetchReadsAndPromisesNothing(String cdb, String outcome, int reads) {
        assertThat(initiator.outcome(cdb)).isEqualTo(outcome);
        assertThat(backend.requests).hasSize(reads);
        assertThat(backend.log()).allMatch(request -> request.startsWith("READ"));
    }

    @Test
    void softwareWriteProtectionIsObeyedAndShown() {
        byte[] protect = Initiator.bytes("00000000 0a0a0210 0800000000000000");
        assertThat(initiator.outcome("15 10 00 00 10 00", protect)).isEqualTo("GOOD");
        assertThat(initiator.outcome("2a 00 00000000 00 0001 00", new byte[BLOCK]))
                .isEqualTo("7/27/02");
        assertThat(initiator.outcome("28 00 00000000 00 0001 00", BLOCK)).isEqualTo("GOOD");
        assertThat(answer("1a 08 0a 00 ff 00")).isEqualTo("0f0080000a0a02100800000000000000");
        byte[] open = Initiator.bytes("00000000 0a0a0210 0000000000000000");
        assertThat(initiator.outcome("15 10 00 00 10 00", open)).isEqualTo("GOOD");
        assertThat(initiator.outcome("2a 00 00000000 00 0001 00", new byte[BLOCK]))
                .isEqualTo("GOOD");
    }

    @Test
    void otherInitiatorsAreToldOfChangedModeParameters() {
        LogicalUnit unit = initiator.unit();
        try (Initiator other = Initiator.of(unit, new InitiatorPort("other"))) {
            byte[] writeThrough = Initiator.bytes("00000000 0812" + "00".repeat(18));
            assertThat(initiator.outcome("15 10 00 00 18 00", writeThrough)).isEqualTo("GOOD");
            assertThat(initiator.outcome("00 00 00 00 00 00")).isEqualTo("GOOD");
            assertThat(other.outcome("00 00 00 00 00 00")).isEqualTo("6/2a/01");
            assertThat(initiator.outcome("15 10 00 00 18 00", writeThrough)).isEqualTo("GOOD");
            assertThat(other.outcome("00 00 00 00 00 00")).isEqualTo("GOOD");
            assertThat(unit.writeCacheEnabled()).isFalse();
        }
    }

    /** What one driver has been told stays true when another comes new. */
    @Test
    void aNewDriverDoesNotChangeTheModeOfAnother() {
        LogicalUnit unit = initiator.unit();
        try (Initiator other = Initiator.of(unit, new InitiatorPort("other"))) {
            byte[] writeThrough = Initiator.bytes("00000000 0812" + "00".repeat(18));
            initiator.run("15 10 00 00 18 00", writeThrough);
            other.target.deviceReset(new InitiatorPort("other"));
            assertThat(unit.writeCacheEnabled()).isFalse();
        }
        initiator.target.deviceReset();
        assertThat(unit.writeCacheEnabled()).isTrue();
    }
}
