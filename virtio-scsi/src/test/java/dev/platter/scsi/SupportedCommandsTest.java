package dev.platter.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * REPORT SUPPORTED OPERATION CODES and TASK MANAGEMENT FUNCTIONS agree with what is carried out.
 */
final class SupportedCommandsTest {
    private static final int BYTES = 4096;
    private final Initiator initiator =
            Initiator.of(new MemoryBackend(64), LogicalUnitOptions.builder().build());

    @AfterEach
    void close() {
        initiator.close();
    }

    private byte[] report(String cdb) {
        ScsiCommand command = initiator.run(cdb, BYTES);
        assertThat(Initiator.outcome(command)).isEqualTo("GOOD");
        return Arrays.copyOf(initiator.dataIn(0), (int) command.transferredBytes());
    }

    @Test
    void allCommandsAreListedInTheOrderOfTheTable() {
        byte[] all = report("a3 0c 00 00 0000 00001000 00 00");
        assertThat(Cdb.u32(all, 0)).isEqualTo(all.length - 4);
        List<String> listed = new ArrayList<>();
        for (int at = 4; at < all.length; at += 8) {
            listed.add("%02x %x %d".formatted(all[at], Cdb.u16(all, at + 2), Cdb.u16(all, at + 6)));
            assertThat(all[at + 5] & 0xFC).isZero();
        }
        List<String> table = new ArrayList<>();
        for (OpCode command : OpCode.values()) {
            if (command != OpCode.WRITE_ATOMIC_16) {
                int action = Math.max(0, command.serviceAction());
                table.add("%02x %x %d".formatted(command.code(), action, command.cdbBytes()));
            }
        }
        assertThat(listed).isEqualTo(table);
    }

    @Test
    void timeoutsAreReportedWhenAskedFor() {
        byte[] all = report("a3 0c 80 00 0000 00001000 00 00");
        for (int at = 4; at < all.length; at += 20) {
            assertThat(all[at + 5] & 2).isEqualTo(2);
            assertThat(Cdb.u16(all, at + 8)).isEqualTo(10);
            assertThat(Cdb.u32(all, at + 16)).isPositive();
        }
        assertThat(report("a3 0c 81 28 0000 00001000 00 00")).hasSize(4 + 10 + 12);
    }

    @ParameterizedTest
    @CsvSource({
        "a3 0c 01 28 0000 000000ff 00 00, 0003 000a 28f8ffffffff00ffff04",
        "a3 0c 01 fe 0000 000000ff 00 00, 0001 0000",
        "a3 0c 01 9e 0010 000000ff 00 00, 5/24/00",
        "a3 0c 02 9e 0010 000000ff 00 00, 0003 0010 9e100000000000000000ffffffff0004",
        "a3 0c 02 9e 0011 000000ff 00 00, 0001 0000",
        "a3 0c 02 28 0000 000000ff 00 00, 5/24/00",
        "a3 0c 03 28 0000 000000ff 00 00, 0003 000a 28f8ffffffff00ffff04",
        "a3 0c 03 28 0001 000000ff 00 00, 0001 0000",
        "a3 0c 03 9c 0000 000000ff 00 00, 0001 0000",
        "a3 0c 04 28 0000 000000ff 00 00, 5/24/00",
        "a3 0d 00 00 0000 000000ff 00 00, dc03 0000",
        "a3 0d 80 00 0000 000000ff 00 00, dc03 000c 000000000000000000000000",
        "a3 0d 00 00 0000 00000003 00 00, 5/24/00"
    })
    void oneCommandIsDescribed(String cdb, String expected) {
        ScsiCommand command = initiator.run(cdb, 255);
        String answer = command.status() == 0 ? initiator.received() : Initiator.outcome(command);
        assertThat(answer).isEqualTo(expected.replace(" ", ""));
    }

    /** What is reported is carried out, and nothing else: by the answer to the command itself. */
    @Property
    void reportAndDispatchAgree(
            @ForAll @IntRange(max = 255) int code, @ForAll @IntRange(max = 31) int action) {
        try (Initiator fresh =
                Initiator.of(new MemoryBackend(64), LogicalUnitOptions.builder().build())) {
            fresh.run("a3 0c 03 %02x %04x 00001000 00 00".formatted(code, action), BYTES);
            boolean reported = (fresh.dataIn(0)[1] & 7) == 3;
            if (OpCode.hasServiceActions(code) || action == 0) {
                byte[] cdb = new byte[16];
                cdb[0] = (byte) code;
                cdb[1] = (byte) action;
                String outcome =
                        Reserved.outcome(
                                fresh.run(HexFormat.of().formatHex(cdb), new byte[512], 0));
                boolean unknown =
                        outcome.equals("5/20/00")
                                || (OpCode.hasServiceActions(code)
                                        && OpCode.find(code, action) == null
                                        && outcome.equals("5/24/00"));
                assertThat(reported).as("%02x/%02x: %s", code, action, outcome).isEqualTo(!unknown);
            } else {
                assertThat(reported).isFalse();
            }
        }
    }
}
