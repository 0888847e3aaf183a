package dev.platter.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.CacheMode;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** MODE SENSE and MODE SELECT, byte by byte. */
final class ModePagesTest {
    private static final String ZEROES_17 = "00".repeat(17);
    private static final String CONTROL = "0a0a0210" + "00".repeat(8);

    private final MemoryBackend backend = new MemoryBackend(2048);
    private final LogicalUnitOptions.Builder options = LogicalUnitOptions.builder();

    private String sense(String cdb) {
        try (Initiator initiator = Initiator.of(backend, options.build())) {
            ScsiCommand command = initiator.run(cdb, 255);
            return command.status() == 0 ? initiator.received() : Initiator.outcome(command);
        }
    }

    private static String hex(String spaced) {
        return spaced.replace(" ", "");
    }

    /** A caching page with this byte 2. */
    private static String caching(String byte2) {
        return "0812" + byte2 + ZEROES_17;
    }

    @Test
    void cachingPageShowsTheLiveWriteCache() {
        assertThat(sense("1a 08 08 00 ff 00")).isEqualTo("17000000" + caching("04"));
        assertThat(sense("5a 08 08 00 000000 00ff 00"))
                .isEqualTo(hex("001a 00 00 00 00 0000") + caching("04"));
        options.cacheMode(CacheMode.WRITETHROUGH);
        assertThat(sense("1a 08 08 00 ff 00")).isEqualTo("17000000" + caching("00"));
    }

    @ParameterizedTest
    @CsvSource({"true, false, 10", "false, true, 80", "true, true, 90"})
    void deviceSpecificParameter(boolean dpofua, boolean readOnly, String expected) {
        options.dpofua(dpofua);
        backend.readOnly = readOnly;
        assertThat(sense("1a 08 08 00 ff 00")).startsWith("1700" + expected + "00");
        assertThat(sense("5a 08 08 00 000000 00ff 00")).startsWith("001a00" + expected);
    }

    @Test
    void allPagesWithBlockDescriptor() {
        String both =
                "010a"
                        + "00".repeat(10)
                        + "020e"
                        + "00".repeat(14)
                        + caching("04")
                        + CONTROL
                        + "1a26"
                        + "00".repeat(38)
                        + "1c0a08"
                        + "00".repeat(9);
        assertThat(sense("1a 00 3f 00 ff 00"))
                .isEqualTo(hex("7b 00 00 08 00000800 00 000200") + both);
        assertThat(sense("5a 00 3f ff 000000 00ff 00"))
                .isEqualTo(hex("007e 00 00 00 00 0008 00000800 00 000200") + both);
        assertThat(sense("1a 08 0a 00 ff 00")).isEqualTo("0f000000" + CONTROL);
    }

    @ParameterizedTest
    @CsvSource({
        "1a 08 48 00 ff 00, 04",
        "1a 08 88 00 ff 00, 04",
        "1a 08 c8 00 ff 00, 5/39/00",
        "1a 08 08 01 ff 00, 5/24/00",
        "1a 08 3f 01 ff 00, 5/24/00",
        "1a 08 04 00 ff 00, 5/24/00",
        "1a 08 c4 00 ff 00, 5/24/00"
    })
    void pageControl(String cdb, String expected) {
        String answer = sense(cdb);
        assertThat(answer).isIn(expected, "17000000" + caching(expected));
    }

    @Test
    void changeableAndDefaultValuesOfTheControlPage() {
        assertThat(sense("1a 08 4a 00 ff 00")).isEqualTo("0f0000000a0a040008" + "00".repeat(7));
        options.cacheMode(CacheMode.DIRECTSYNC);
        assertThat(sense("1a 08 88 00 ff 00")).isEqualTo("17000000" + caching("00"));
        assertThat(sense("1a 08 48 00 ff 00")).isEqualTo("17000000" + caching("04"));
    }

    @Test
    void selectSwitchesTheWriteCacheOffWithOneFlushAndOnWithNone() {
        LogicalUnit unit = new LogicalUnit(backend, options.build());
        try (Initiator initiator = new Initiator(new ScsiTarget(Map.of(0, unit)))) {
            initiator.run("00 00 00 00 00 00");
            byte[] off = Initiator.bytes("00000000" + caching("00"));
            byte[] on = Initiator.bytes("0000000000000000" + caching("04"));
            assertThat(initiator.outcome("15 10 00 00 18 00", off)).isEqualTo("GOOD");
            assertThat(initiator.commands[0].transferredBytes()).isEqualTo(24);
            assertThat(unit.writeCacheEnabled()).isFalse();
            assertThat(backend.log()).containsExactly("FLUSH");
            assertThat(initiator.outcome("15 10 00 00 18 00", off)).isEqualTo("GOOD");
            assertThat(backend.log()).containsExactly("FLUSH", "FLUSH");
            assertThat(initiator.outcome("55 10 0000000000 001c 00", on)).isEqualTo("GOOD");
            assertThat(unit.writeCacheEnabled()).isTrue();
            assertThat(backend.log()).hasSize(2);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // What is wrong with the CDB or the length.
        "15 00 00 00 18 00, 00000000 0812 00 P, 5/24/00",
        "15 11 00 00 18 00, 00000000 0812 00 P, 5/24/00",
        "15 10 00 00 00 00, 00000000 0812 00 P, GOOD",
        "15 10 00 00 03 00, 000000, 5/1a/00",
        "55 10 0000000000 0007 00, 00000000000000, 5/1a/00",
        "15 10 00 00 19 00, 00000000 0812 00 P, 5/1a/00",
        "55 10 0000000000 ffff 00, 0000000000000000 0812 00 P, 5/1a/00",
        // Block descriptors.
        "15 10 00 00 0c 00, 00000008 00000800 00 000200, GOOD",
        "15 10 00 00 0c 00, 00000008 00000000 00 000000, GOOD",
        "15 10 00 00 0c 00, 00000008 ffffffff 00 000200, GOOD",
        "15 10 00 00 0c 00, 00000008 00000400 00 000200, 5/26/00",
        "15 10 00 00 0c 00, 00000008 00000800 00 001000, 5/26/00",
        "15 10 00 00 0c 00, 00000007 00000800 00 000200, 5/26/00",
        "15 10 00 00 08 00, 00000008 00000800, 5/1a/00",
        "55 10 0000000000 0018 00, 00000000 01 00 0010 00000000000000000000000000000000, 5/26/00",
        // Pages.
        "15 10 00 00 18 00, 00800000 8812 00 P, GOOD",
        "15 10 00 00 18 00, 00000000 0811 00 P, 5/26/00",
        "15 10 00 00 18 00, 00000000 0812 05 P, 5/26/00",
        "15 10 00 00 18 00, 00000000 4800 00 P, 5/26/00",
        "15 10 00 00 18 00, 00000000 3f12 00 P, 5/26/00",
        "15 10 00 00 18 00, 00000000 0112 00 P, 5/26/00",
        "15 10 00 00 05 00, 00000000 08, 5/1a/00",
        "15 10 00 00 17 00, 00000000 0812 00 P, 5/1a/00",
        "15 10 00 00 07 00, 00000000 480000, 5/1a/00",
        "15 10 00 00 10 00, 00000000 0a0a0210 0000000000000000, GOOD",
        "15 10 00 00 10 00, 00000000 0a0a0610 0800000000000000, GOOD",
        "15 10 00 00 10 00, 00000000 0a0a0a10 0000000000000000, 5/26/00",
        "15 10 00 00 10 00, 00000000 010a0000 0000000000000000, GOOD",
        "15 10 00 00 10 00, 00000000 010a8000 0000000000000000, 5/26/00",
        "15 10 00 00 10 00, 00000000 0a0a0200 0000000000000000, 5/26/00"
    })
    void selectIsValidatedBeforeAnythingChanges(String cdb, String list, String outcome) {
        byte[] bytes = Initiator.bytes(list.replace("P", ZEROES_17));
        LogicalUnit unit = new LogicalUnit(backend, options.build());
        try (Initiator initiator = new Initiator(new ScsiTarget(Map.of(0, unit)))) {
            initiator.run("00 00 00 00 00 00");
            assertThat(initiator.outcome(cdb, bytes)).isEqualTo(outcome);
            boolean switchedOff = list.startsWith("00800000 8812");
            assertThat(unit.writeCacheEnabled()).isEqualTo(!switchedOff);
        }
    }

    @Test
    void goodPageBeforeBadPageIsNotApplied() {
        LogicalUnit unit = new LogicalUnit(backend, options.build());
        try (Initiator initiator = new Initiator(new ScsiTarget(Map.of(0, unit)))) {
            initiator.run("00 00 00 00 00 00");
            byte[] list = Initiator.bytes("00000000" + caching("00") + "0a0b");
            assertThat(initiator.outcome("15 10 00 00 1a 00", list)).isEqualTo("5/26/00");
            assertThat(unit.writeCacheEnabled()).isTrue();
            assertThat(backend.requests).isEmpty();
        }
    }

    @Test
    void selectWithoutCachingPageFlushesWhileTheCacheIsOff() {
        options.cacheMode(CacheMode.WRITETHROUGH);
        try (Initiator initiator = Initiator.of(backend, options.build())) {
            byte[] header = new byte[4];
            assertThat(initiator.outcome("15 10 00 00 04 00", header)).isEqualTo("GOOD");
            assertThat(backend.log()).containsExactly("FLUSH");
        }
    }
}
