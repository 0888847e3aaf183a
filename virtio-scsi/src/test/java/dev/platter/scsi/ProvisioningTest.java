package dev.platter.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BlockLimits;
import dev.platter.api.block.Errno;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** WRITE SAME and UNMAP. */
final class ProvisioningTest {
    private static final int BLOCK = 512;
    private final MemoryBackend backend = new MemoryBackend(4000).filled();
    private Initiator initiator = Initiator.of(backend, LogicalUnitOptions.builder().build());

    @AfterEach
    void close() {
        initiator.close();
    }

    private void with(LogicalUnitOptions options) {
        initiator.close();
        initiator = Initiator.of(backend, options);
    }

    private static byte[] pattern() {
        byte[] block = new byte[BLOCK];
        for (int i = 0; i < BLOCK; i++) {
            block[i] = (byte) (i + 1);
        }
        return block;
    }

    private static void setAll(byte[] image, int lba, int blocks, byte[] block) {
        for (int i = 0; i < blocks; i++) {
            System.arraycopy(block, 0, image, (lba + i) * BLOCK, BLOCK);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "41 00 00000002 00 0bb8 00, false",
        "93 00 0000000000000002 00000bb8 00 00, false",
        "41 00 00000002 00 0bb8 00, true",
        "93 08 0000000000000002 00000bb8 00 00, true"
    })
    void writeSameFillsTheRangeAndNothingElse(String cdb, boolean zero) {
        byte[] block = zero ? new byte[BLOCK] : pattern();
        byte[] expected = backend.image.clone();
        setAll(expected, 2, 3000, block);
        ScsiCommand command = initiator.run(cdb, block);
        assertThat(Initiator.outcome(command)).isEqualTo("GOOD");
        assertThat(command.transferredBytes()).isEqualTo(BLOCK);
        assertThat(backend.image).isEqualTo(expected);
        assertThat(backend.requests)
                .extracting(r -> r.kind)
                .containsOnly(zero ? MemoryBackend.Kind.ZEROES : MemoryBackend.Kind.WRITE);
    }

    @Test
    void writeSameWithoutDataOutZeroesTheRange() {
        byte[] expected = backend.image.clone();
        setAll(expected, 1, 2, new byte[BLOCK]);
        ScsiCommand command = initiator.run("93 01 0000000000000001 00000002 00 00");
        assertThat(Initiator.outcome(command)).isEqualTo("GOOD");
        assertThat(command.transferredBytes()).isZero();
        assertThat(backend.image).isEqualTo(expected);
    }

    @Test
    void zeroesMayReleaseSpaceOnlyWithTheUnmapBit() {
        initiator.run("93 01 0000000000000001 00000002 00 00");
        initiator.run("93 09 0000000000000001 00000002 00 00");
        with(LogicalUnitOptions.builder().discard(false).build());
        initiator.run("93 09 0000000000000001 00000002 00 00");
        assertThat(backend.log())
                .containsExactly("ZEROES 512+1024", "ZEROES 512+1024 UNMAP", "ZEROES 512+1024");
    }

    @ParameterizedTest
    @CsvSource({
        "41 00 00000002 00 0000 00, 5/24/00",
        "41 10 00000002 00 0001 00, 5/24/00",
        "41 04 00000002 00 0001 00, 5/24/00",
        "41 02 00000002 00 0001 00, 5/24/00",
        "41 01 00000002 00 0001 00, 5/24/00",
        "41 20 00000002 00 0001 00, 5/24/00",
        "41 00 00000fa0 00 0001 00, 5/21/00",
        "93 00 ffffffffffffffff 00000001 00 00, 5/21/00",
        "93 00 0000000000000000 ffffffff 00 00, 5/24/00"
    })
    void writeSameIsChecked(String cdb, String outcome) {
        assertThat(initiator.outcome(cdb, new byte[BLOCK])).isEqualTo(outcome);
        assertThat(backend.requests).isEmpty();
    }

    @Test
    void longZeroesAreSplitAtTheBackendsLimit() {
        backend.limits = new BlockLimits(512, 1 << 20, 512, 0, 4096, 1100 * BLOCK, true);
        with(LogicalUnitOptions.builder().build());
        initiator.run("93 01 0000000000000000 00000bb8 00 00");
        String list = "0016 0010 00000000 0000000000000000 0000044d 00000000";
        initiator.run("42 00 00000000 00 0018 00", Initiator.bytes(list));
        assertThat(backend.log())
                .containsExactly(
                        "ZEROES 0+563200",
                        "ZEROES 563200+563200",
                        "ZEROES 1126400+409600",
                        "DISCARD 0+563200",
                        "DISCARD 563200+512");
    }

    @Test
    void unmapDiscardsEachDescriptor() {
        byte[] expected = backend.image.clone();
        setAll(expected, 8, 8, new byte[BLOCK]);
        setAll(expected, 32, 1, new byte[BLOCK]);
        String list =
                "0036 0030 00000000"
                        + "0000000000000008 00000008 00000000"
                        + "0000000000000011 00000000 00000000"
                        + "0000000000000020 00000001 00000000";
        ScsiCommand command = initiator.run("42 00 00000000 00 0038 00", Initiator.bytes(list));
        assertThat(Initiator.outcome(command)).isEqualTo("GOOD");
        assertThat(command.transferredBytes()).isEqualTo(56);
        assertThat(backend.image).isEqualTo(expected);
        assertThat(backend.log())
                .containsExactlyInAnyOrder("DISCARD 4096+4096", "DISCARD 16384+512");
    }

    @Test
    void oneBadDescriptorUndoesNothingBecauseNothingWasDone() {
        String list =
                "0026 0020 00000000"
                        + "0000000000000008 00000008 00000000"
                        + "0000000000000f9f 00000002 00000000";
        String outcome = initiator.outcome("42 00 00000000 00 0028 00", Initiator.bytes(list));
        assertThat(outcome).isEqualTo("5/21/00");
        assertThat(backend.requests).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "42 01 00000000 00 0018 00, 0016 0010 00000000 0000000000000000 00000001 00000000, 5/24/00",
        "42 00 00000000 00 0000 00, 00, GOOD",
        "42 00 00000000 00 0007 00, 00000000000000, 5/1a/00",
        "42 00 00000000 00 0008 00, 0006 0000 00000000, GOOD",
        "42 00 00000000 00 0018 00, 0016 0010 00000000, 5/1a/00",
        "42 00 00000000 00 0018 00, 0017 0010 00000000 0000000000000000 00000001 00000000, 5/1a/00",
        "42 00 00000000 00 0018 00, 0016 0011 00000000 0000000000000000 00000001 00000000, 5/1a/00",
        "42 00 00000000 00 0018 00, 0016 000f 00000000 0000000000000000 00000001 00000000, GOOD",
        "42 00 00000000 00 0018 00, 0016 0010 00000000 ffffffffffffffff 00000001 00000000, 5/21/00",
        "42 00 00000000 00 0018 00, 0016 0010 00000000 0000000000000000 ffffffff 00000000, 5/21/00"
    })
    void unmapIsChecked(String cdb, String list, String outcome) {
        assertThat(initiator.outcome(cdb, Initiator.bytes(list))).isEqualTo(outcome);
        assertThat(backend.requests).isEmpty();
    }

    @Test
    void unmapListLongerThanAnnouncedIsRefused() {
        byte[] list = new byte[8 + 256 * 16];
        list[0] = (byte) ((list.length - 2) >> 8);
        list[1] = (byte) (list.length - 2);
        list[2] = 0x10;
        assertThat(initiator.outcome("42 00 00000000 00 1008 00", list)).isEqualTo("5/26/00");
    }

    @Test
    void unmapOfMoreThanAnnouncedIsRefused() {
        MemoryBackend large = new MemoryBackend(17_000);
        String descriptors = "0000000000000000 00004268 00000000".repeat(255);
        byte[] list = Initiator.bytes("0ff6 0ff0 00000000" + descriptors);
        try (Initiator other = Initiator.of(large, LogicalUnitOptions.builder().build())) {
            assertThat(other.outcome("42 00 00000000 00 0ff8 00", list)).isEqualTo("5/26/00");
        }
        assertThat(large.requests).isEmpty();
    }

    @Test
    void unmapWithoutThinProvisioningDoesNothing() {
        with(LogicalUnitOptions.builder().discard(false).build());
        String list = "0016 0010 00000000 0000000000000008 00000008 00000000";
        assertThat(initiator.outcome("42 00 00000000 00 0018 00", Initiator.bytes(list)))
                .isEqualTo("GOOD");
        assertThat(backend.requests).isEmpty();
    }

    @Test
    void failedDiscardEndsTheCommand() {
        backend.errno = Errno.EIO;
        String descriptor = "0000000000000000 00000001 00000000";
        String list = "0026 0020 00000000" + descriptor + descriptor;
        assertThat(initiator.outcome("42 00 00000000 00 0028 00", Initiator.bytes(list)))
                .isEqualTo("b/00/06");
        assertThat(backend.requests).hasSize(1);
    }
}
