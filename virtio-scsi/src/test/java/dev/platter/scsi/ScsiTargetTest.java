package dev.platter.scsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.platter.api.block.BlockLimits;
import dev.platter.api.block.CacheMode;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Logical unit numbers, unit attentions and resets. */
final class ScsiTargetTest {
    private static final String READY = "00 00 00 00 00 00";
    private static final byte[] NOTHING = {};

    private static LogicalUnit unit(CacheMode mode) {
        return new LogicalUnit(
                new MemoryBackend(64), LogicalUnitOptions.builder().cacheMode(mode).build());
    }

    private static String outcome(Initiator initiator, int lun, String cdb) {
        return Initiator.outcome(initiator.run(lun, cdb, NOTHING, 255));
    }

    @Test
    void firstCommandFindsThePowerOnAttentionOnce() {
        try (Initiator initiator =
                new Initiator(new ScsiTarget(Map.of(0, unit(CacheMode.WRITEBACK))))) {
            assertThat(initiator.outcome("12 00 00 00ff 00", 255)).isEqualTo("GOOD");
            assertThat(initiator.outcome("a0 00 00 000000 00000010 00 00", 16)).isEqualTo("GOOD");
            assertThat(initiator.outcome("28 00 00000000 00 0001 00", 512)).isEqualTo("6/29/00");
            assertThat(initiator.outcome("28 00 00000000 00 0001 00", 512)).isEqualTo("GOOD");
        }
    }

    @Test
    void requestSenseReturnsTheAttentionAsDataAndClearsIt() {
        try (Initiator initiator =
                new Initiator(new ScsiTarget(Map.of(0, unit(CacheMode.WRITEBACK))))) {
            initiator.run("03 00 00 00 ff 00", 255);
            assertThat(initiator.received()).startsWith("700006").contains("2900");
            assertThat(initiator.outcome(READY)).isEqualTo("GOOD");
        }
    }

    @Test
    void resetsRaiseAnAttentionAndNeverWeakenTheCache() {
        LogicalUnit unit = unit(CacheMode.WRITEBACK);
        try (Initiator initiator = new Initiator(new ScsiTarget(Map.of(0, unit, 3, unit)))) {
            initiator.run(READY);
            byte[] off = Initiator.bytes("00000000 0812 00" + "00".repeat(17));
            initiator.run("15 10 00 00 18 00", off);
            initiator.target.logicalUnitReset(0);
            assertThat(unit.writeCacheEnabled()).isFalse();
            assertThat(initiator.outcome(READY)).isEqualTo("6/29/00");
            initiator.target.nexusReset();
            assertThat(unit.writeCacheEnabled()).isFalse();
            assertThat(initiator.outcome(READY)).isEqualTo("6/29/00");
            initiator.target.logicalUnitReset(7);
            assertThat(initiator.outcome(READY)).isEqualTo("GOOD");
            initiator.target.deviceReset();
            assertThat(unit.writeCacheEnabled()).isTrue();
            assertThat(initiator.outcome(READY)).isEqualTo("6/29/00");
        }
    }

    @Test
    void newDriverFindsTheConfiguredWriteThrough() {
        LogicalUnit unit = unit(CacheMode.WRITETHROUGH);
        try (Initiator initiator = new Initiator(new ScsiTarget(Map.of(0, unit)))) {
            initiator.run(READY);
            initiator.run(
                    "15 10 00 00 18 00", Initiator.bytes("00000000 0812 04" + "00".repeat(17)));
            initiator.target.nexusReset();
            assertThat(unit.writeCacheEnabled()).isTrue();
            initiator.target.deviceReset();
            assertThat(unit.writeCacheEnabled()).isFalse();
        }
    }

    @Test
    void whatTheLastDriverLeftVolatileIsStableForANewOneThatWillNotFlush() {
        MemoryBackend backend = new MemoryBackend(64);
        LogicalUnit unit =
                new LogicalUnit(
                        backend,
                        LogicalUnitOptions.builder().cacheMode(CacheMode.WRITETHROUGH).build());
        try (Initiator initiator = new Initiator(new ScsiTarget(Map.of(0, unit)))) {
            initiator.run(READY);
            initiator.run(
                    "15 10 00 00 18 00", Initiator.bytes("00000000 0812 04" + "00".repeat(17)));
            byte[] data = new byte[512];
            Arrays.fill(data, (byte) 7);
            initiator.run("2a 00 00000000 00 0001 00", data);
            assertThat(backend.isStable(0, 512)).isFalse();
            initiator.target.deviceReset();
            assertThat(backend.isStable(0, 512)).isTrue();
        }
    }

    @Test
    void graverAttentionHidesTheOther() {
        UnitAttention attention = new UnitAttention();
        attention.raise(0x2A09);
        attention.raise(AdditionalSense.RESET_OCCURRED);
        attention.raise(0x3F0E);
        assertThat(attention.take()).isEqualTo(AdditionalSense.RESET_OCCURRED);
        assertThat(attention.isPending()).isFalse();
        assertThat(attention.take()).isEqualTo(AdditionalSense.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "5, 00 00 00 00 00 00, 5/25/00",
        "5, 28 00 00000000 00 0001 00, 5/25/00",
        "5, ff 00 00 00 00 00, 5/25/00",
        "5, 12 01 00 00ff 00, 5/24/00",
        "-1, 00 00 00 00 00 00, 5/25/00",
        "16383, 00 00 00 00 00 00, 5/25/00",
        "0, 00 00 00 00 00 00, GOOD",
        "0, 28 00 00000000 00 0001 00, 5/20/00",
        "0, ff 00 00 00 00 00, 5/20/00",
        "1, 00 00 00 00 00 00, 6/29/00"
    })
    void missingUnitsAreAnsweredFor(int lun, String cdb, String outcome) {
        try (Initiator initiator =
                new Initiator(new ScsiTarget(Map.of(1, unit(CacheMode.WRITEBACK))))) {
            assertThat(outcome(initiator, lun, cdb)).isEqualTo(outcome);
        }
    }

    @Test
    void inquiryAndSenseOfMissingUnits() {
        ScsiTarget target = new ScsiTarget(Map.of(1, unit(CacheMode.WRITEBACK)));
        assertThat(target.hasUnit(1)).isTrue();
        assertThat(target.hasUnit(0)).isFalse();
        try (Initiator initiator = new Initiator(target)) {
            initiator.run(5, "12 00 00 00ff 00", NOTHING, 255);
            assertThat(initiator.received()).startsWith("7f00").hasSize(192);
            initiator.run(0, "12 00 00 00ff 00", NOTHING, 255);
            assertThat(initiator.received()).startsWith("3f00");
            initiator.run(5, "03 00 00 00 ff 00", NOTHING, 255);
            assertThat(initiator.received())
                    .isEqualTo("70000500000000" + "0a0000000025" + "0000000000");
            initiator.run(0, "03 01 00 00 ff 00", NOTHING, 255);
            assertThat(initiator.received()).isEqualTo("7200000000000000");
        }
    }

    @Test
    void reportLunsListsTheInventoryAndAlwaysLunZero() {
        LogicalUnit unit = unit(CacheMode.WRITEBACK);
        try (Initiator initiator = new Initiator(new ScsiTarget(Map.of(3, unit, 300, unit)))) {
            for (int lun : new int[] {0, 3, 9}) {
                initiator.run(lun, "a0 00 00 000000 000000ff 00 00", NOTHING, 255);
                assertThat(initiator.received())
                        .isEqualTo(
                                "0000001800000000"
                                        + "0000000000000000"
                                        + "0003000000000000"
                                        + "412c000000000000");
            }
            initiator.run(3, "a0 00 01 000000 000000ff 00 00", NOTHING, 255);
            assertThat(initiator.received()).isEqualTo("0000000000000000");
            assertThat(outcome(initiator, 3, "a0 00 03 000000 000000ff 00 00"))
                    .isEqualTo("5/24/00");
            assertThat(outcome(initiator, 3, "a0 00 00 000000 0000000f 00 00"))
                    .isEqualTo("5/24/00");
        }
    }

    @Test
    void everyOperationCodeThatIsNotInTheTableIsUnknown() {
        try (Initiator initiator =
                new Initiator(new ScsiTarget(Map.of(0, unit(CacheMode.WRITEBACK))))) {
            initiator.run(READY);
            for (int code = 0; code < 256; code++) {
                byte[] cdb = new byte[16];
                cdb[0] = (byte) code;
                if (OpCode.find(cdb) == null && !OpCode.hasServiceActions(code)) {
                    initiator.start(0, cdb, new byte[512], 0);
                    assertThat(Initiator.outcome(initiator.commands[0])).isEqualTo("5/20/00");
                    initiator.start(0, cdb, NOTHING, 512);
                    assertThat(Initiator.outcome(initiator.commands[0])).isEqualTo("5/20/00");
                }
            }
        }
    }

    @Test
    void tableNamesEachCommandWithTheLengthOfItsGroup() {
        for (OpCode opCode : OpCode.values()) {
            int expected =
                    switch (opCode.code() >> 5) {
                        case 0 -> 6;
                        case 1, 2 -> 10;
                        case 4 -> 16;
                        case 5 -> 12;
                        default -> -1;
                    };
            assertThat(opCode.cdbBytes()).as(opCode.title()).isEqualTo(expected);
            byte[] cdb = {(byte) opCode.code(), (byte) Math.max(0, opCode.serviceAction())};
            assertThat(OpCode.find(cdb)).isSameAs(opCode);
        }
    }

    @Test
    void closeRefusesWithCommandsInFlightAndClosesTheBackendsQueues() {
        MemoryBackend backend = new MemoryBackend(64);
        Initiator initiator = Initiator.of(backend, LogicalUnitOptions.builder().build());
        initiator.start(0, Initiator.bytes("28 00 00000000 00 0001 00"), NOTHING, 512);
        assertThatThrownBy(initiator::close).isInstanceOf(IllegalStateException.class);
        initiator.finish();
        initiator.close();
        assertThat(backend.queues.getFirst().closed).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "1000, 512, 512, is not a multiple of logical_block_size=512",
        "0, 512, 512, the image is empty",
        "8192, 512, 4096, use logical_block_size=4096 or cache.direct=off"
    })
    void imageThatDoesNotFitIsRefused(int size, int block, int alignment, String message) {
        MemoryBackend backend =
                new MemoryBackend(0) {
                    @Override
                    public long sizeBytes() {
                        return size;
                    }
                };
        backend.limits = new BlockLimits(alignment, 1 << 20, 512, 0, 0, 1 << 20, false);
        LogicalUnitOptions options = LogicalUnitOptions.builder().logicalBlockBytes(block).build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LogicalUnit(backend, options))
                .withMessageContaining(message);
    }

    @Test
    void optionsThatDoNotFitAreRefused() {
        LogicalUnitOptions.Builder small =
                LogicalUnitOptions.builder().logicalBlockBytes(4096).physicalBlockBytes(512);
        assertThatIllegalArgumentException()
                .isThrownBy(small::build)
                .withMessageContaining("smaller than logical_block_size=4096");
        assertThatIllegalArgumentException()
                .isThrownBy(LogicalUnitOptions.builder().logicalBlockBytes(1000)::build);
        assertThatIllegalArgumentException()
                .isThrownBy(LogicalUnitOptions.builder().vendor("TOO LONG IT IS")::build)
                .withMessageContaining("vendor");
        assertThatIllegalArgumentException()
                .isThrownBy(LogicalUnitOptions.builder().serial("caf\u00e9")::build);
        assertThatIllegalArgumentException().isThrownBy(() -> new ScsiTarget(Map.of()));
    }
}
