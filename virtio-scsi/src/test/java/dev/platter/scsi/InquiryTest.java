package dev.platter.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BlockLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** INQUIRY, READ CAPACITY and REQUEST SENSE, byte by byte. */
final class InquiryTest {
    private final MemoryBackend backend = new MemoryBackend(2048);
    private final LogicalUnitOptions.Builder options =
            LogicalUnitOptions.builder().product("DISK").revision("1.0").serial("S1");

    private String answer(String cdb, int inBytes) {
        try (Initiator initiator = Initiator.of(backend, options.build())) {
            ScsiCommand command = initiator.run(cdb, inBytes);
            return command.status() == 0 ? initiator.received() : Initiator.outcome(command);
        }
    }

    private static String hex(String spaced) {
        return spaced.replace(" ", "");
    }

    @Test
    void standardInquiryData() {
        assertThat(answer("12 00 00 00ff 00", 255))
                .isEqualTo(
                        hex(
                                "00 00 06 12 5b 18 00 02 504c415454455220"
                                        + "4449534b202020202020202020202020 312e3020"
                                        + "00".repeat(22)
                                        + "00a0 0460 04c0 05c0 0600"
                                        + "00".repeat(28)));
    }

    @Test
    void answersAreCutAtAllocationLengthAndBuffer() {
        assertThat(answer("12 00 00 0024 00", 255)).hasSize(2 * 36);
        assertThat(answer("12 00 00 00ff 00", 36)).hasSize(2 * 36);
        assertThat(answer("12 00 00 0000 00", 36)).isEmpty();
        assertThat(answer("12 00 00 00ff 00", 0)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "12 01 00 00ff 00, 00 00 0009 00 80 83 85 86 8f b0 b1 b2",
        "12 01 80 00ff 00, 00 80 0002 5331",
        "12 01 83 00ff 00,"
                + "00 83 002e 02 01 00 1a 504c415454455220 4449534b202020202020202020202020 5331"
                + " 01 14 00 04 00000001 01 15 00 04 00000001",
        "12 01 85 00ff 00, 00 85 0000",
        "12 01 b2 00ff 00, 00 b2 0004 00 e4 02 00",
        "12 01 b3 00ff 00, 5/24/00",
        "12 00 80 00ff 00, 5/24/00"
    })
    void vitalProductDataPages(String cdb, String expected) {
        assertThat(answer(cdb, 255)).isEqualTo(hex(expected));
    }

    @Test
    void blockLimitsComeFromTheBackend() {
        backend.limits = new BlockLimits(512, 1 << 20, 4096, 65536, 4096, 1L << 31, true);
        assertThat(answer("12 01 b0 00ff 00", 255))
                .isEqualTo(
                        hex(
                                "00 b0 003c 01 80 0008 00000800 00000080 00000000"
                                        + "00100000 000000ff 00000008 00000000"
                                        + "000000000000ffff"
                                        + "00".repeat(20)));
    }

    @Test
    void blockCharacteristicsSayNonRotating() {
        assertThat(answer("12 01 b1 00ff 00", 255))
                .isEqualTo(hex("00 b1 003c 0001 0040 02" + "00".repeat(55)));
    }

    @Test
    void withoutSerialThereIsNeitherSerialPageNorDesignator() {
        options.serial("");
        assertThat(answer("12 01 00 00ff 00", 255))
                .isEqualTo(hex("00 00 0008 00 83 85 86 8f b0 b1 b2"));
        assertThat(answer("12 01 80 00ff 00", 255)).isEqualTo("5/24/00");
        assertThat(answer("12 01 83 00ff 00", 255))
                .isEqualTo(hex("00 83 0010 01 14 00 04 00000001 01 15 00 04 00000001"));
    }

    @Test
    void withoutDiscardThinProvisioningIsNotClaimed() {
        options.discard(false);
        assertThat(answer("12 01 b2 00ff 00", 255)).isEqualTo(hex("00 b2 0004 00 00 00 00"));
        assertThat(answer("12 01 b0 00ff 00", 255).substring(40, 64)).isEqualTo("0".repeat(24));
        assertThat(answer("9e 10 0000000000000000 00000020 00 00", 32).substring(24, 32))
                .isEqualTo("00030000");
    }

    @Test
    void readCapacity() {
        assertThat(answer("25 00 00000000 0000 00 00", 8)).isEqualTo(hex("000007ff 00000200"));
        assertThat(answer("25 00 00000001 0000 00 00", 8)).isEqualTo("5/24/00");
        assertThat(answer("25 00 00000001 0000 01 00", 8)).isEqualTo(hex("000007ff 00000200"));
        assertThat(answer("9e 10 0000000000000000 000000ff 00 00", 255))
                .isEqualTo(hex("00000000000007ff 00000200 00 03 c0 00" + "00".repeat(16)));
        options.logicalBlockBytes(4096);
        assertThat(answer("9e 10 0000000000000000 0000000c 00 00", 255))
                .isEqualTo(hex("00000000000000ff 00001000"));
    }

    @Test
    void requestSenseInBothFormats() {
        assertThat(answer("03 00 00 00 ff 00", 255))
                .isEqualTo(hex("70 00 00 00000000 0a 00000000 00 00 00000000"));
        assertThat(answer("03 01 00 00 ff 00", 255)).isEqualTo(hex("72 00 00 00 00000000"));
    }
}
