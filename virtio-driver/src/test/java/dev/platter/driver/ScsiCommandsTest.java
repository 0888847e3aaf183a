package dev.platter.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ScsiCommandsTest {
    private static Arguments of(String hex, byte[] built) {
        return Arguments.of(hex, built);
    }

    static Stream<Arguments> commands() {
        long lba = 0x12345678L;
        long longLba = 0x0123_4567_89ab_cdefL;
        int fua = ScsiFlags.FUA;
        return Stream.of(
                of("000000000000", ScsiCommands.testUnitReady()),
                of("03010000fc00", ScsiCommands.requestSense(true, 252)),
                of("120000002400", ScsiCommands.inquiry(36)),
                of("1201b0010000", ScsiCommands.inquiryVpd(0xb0, 256)),
                of("1a0808004000", ScsiCommands.modeSense6(true, 0, 8, 64)),
                of("1a003f00ff00", ScsiCommands.modeSense6(false, 0, 0x3f, 255)),
                of("5a084800000000020000", ScsiCommands.modeSense10(true, 1, 8, 512)),
                of("151000001800", ScsiCommands.modeSelect6(24)),
                of("55100000000000001c00", ScsiCommands.modeSelect10(28)),
                of("25000000000000000000", ScsiCommands.readCapacity10()),
                of("9e100000000000000000000000200000", ScsiCommands.readCapacity16(32)),
                of("a00002000000000010000000", ScsiCommands.reportLuns(2, 4096)),
                of("1b0000000100", ScsiCommands.startStopUnit(true)),
                of("08123456ff00", ScsiCommands.read6(0x123456, 255)),
                of("0a1234560000", ScsiCommands.write6(0x123456, 256)),
                of("28181234567800010000", ScsiCommands.read10(lba, 256, fua | ScsiFlags.DPO)),
                of("2a081234567800000800", ScsiCommands.write10(lba, 8, fua)),
                of("a800123456780001000a0000", ScsiCommands.read12(lba, 0x1000a, 0)),
                of("aa08123456780001000a0000", ScsiCommands.write12(lba, 0x1000a, fua)),
                of("88000123456789abcdef000000080000", ScsiCommands.read16(longLba, 8, 0)),
                of("8a080123456789abcdef000000080000", ScsiCommands.write16(longLba, 8, fua)),
                of("2e001234567800000800", ScsiCommands.writeAndVerify10(lba, 8, 0)),
                of(
                        "8e000123456789abcdef000000080000",
                        ScsiCommands.writeAndVerify16(longLba, 8, 0)),
                of("2f021234567800000800", ScsiCommands.verify10(lba, 8, 1)),
                of("8f020123456789abcdef000000080000", ScsiCommands.verify16(longLba, 8, 1)),
                of("35000000000000000000", ScsiCommands.synchronizeCache10(0, 0)),
                of("91000123456789abcdef000000080000", ScsiCommands.synchronizeCache16(longLba, 8)),
                of("41081234567800000800", ScsiCommands.writeSame10(lba, 8, ScsiFlags.UNMAP)),
                of(
                        "93010123456789abcdef000000080000",
                        ScsiCommands.writeSame16(longLba, 8, ScsiFlags.NO_DATA_OUT_BUFFER)),
                of("42000000000000002800", ScsiCommands.unmap(40)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("commands")
    void bytesAreThoseOfTheStandard(String expected, byte[] built) {
        assertThat(HexFormat.of().formatHex(built)).isEqualTo(expected);
    }

    @Test
    void unmapParametersListTheRanges() {
        byte[] list = ScsiCommands.unmapParameters(0x10, 0x20, 0x1_0000_0000L, 1);

        assertThat(HexFormat.of().formatHex(list))
                .isEqualTo(
                        "0026002000000000"
                                + "00000000000000100000002000000000"
                                + "00000001000000000000000100000000");
    }

    @Test
    void encodingInPlaceLeavesNothingOfTheOldCommand() {
        byte[] cdb = new byte[16];
        Arrays.fill(cdb, (byte) 0xff);
        ScsiCommands.encodeWrite16(cdb, 7, 8, ScsiFlags.FUA);
        assertThat(cdb).isEqualTo(ScsiCommands.write16(7, 8, ScsiFlags.FUA));
        ScsiCommands.encodeRead16(cdb, 9, 1, ScsiFlags.NONE);
        assertThat(cdb).isEqualTo(ScsiCommands.read16(9, 1, ScsiFlags.NONE));
    }

    @Test
    void lunFieldIsFlatSpaceAddressing() {
        assertThat(VirtioScsi.lunField(5, 0x1234)).isEqualTo(0x34_52_05_01L);
        assertThat(VirtioScsi.lunField(255, 0)).isEqualTo(0x00_40_ff_01L);
    }
}
