package dev.platter.it.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BlockQueueStatistics;
import dev.platter.api.block.CacheMode;
import dev.platter.driver.ScsiCommands;
import dev.platter.driver.ScsiDisk;
import dev.platter.driver.ScsiFlags;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** FUA and SYNCHRONIZE CACHE as host operations. */
class FlushAndFuaTest {
    private static final int BLOCK_BYTES = 4096;
    private static final byte[] NO_DATA = {};

    static Stream<Arguments> forcedWrites() {
        return Stream.of(Attachment.values())
                .flatMap(
                        a ->
                                Stream.of(
                                        Arguments.of(a, ScsiCommands.write10(8, 8, ScsiFlags.FUA)),
                                        Arguments.of(a, ScsiCommands.write12(8, 8, ScsiFlags.FUA)),
                                        Arguments.of(a, ScsiCommands.write16(8, 8, ScsiFlags.FUA)),
                                        Arguments.of(
                                                a,
                                                ScsiCommands.writeAndVerify10(
                                                        8, 8, ScsiFlags.NONE)),
                                        Arguments.of(
                                                a,
                                                ScsiCommands.writeAndVerify16(
                                                        8, 8, ScsiFlags.NONE))));
    }

    @ParameterizedTest
    @MethodSource("forcedWrites")
    void forcedWriteIsDurableAloneAlsoWhereFuaIsNotAdvertised(Attachment attachment, byte[] cdb)
            throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            ScsiDisk disk = rig.disk(0);
            disk.write(0, Patterns.random(1, BLOCK_BYTES));
            BlockQueueStatistics before = rig.statistics(0);
            assertThat(disk.execute(cdb, Patterns.random(2, BLOCK_BYTES), 0).good()).isTrue();
            BlockQueueStatistics cost = rig.statistics(0).minus(before);
            assertThat(cost.durableWrites()).isEqualTo(1);
            assertThat(cost.writes()).isZero();

            disk.flush();
            // The durable write made nothing of the volatile one before it.
            assertThat(rig.statistics(0).minus(before).syncs()).isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource
    void advertisedFuaTakesThePlaceOfTheFlush(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment, TestDisk.at(0, 0).dpofua())) {
            ScsiDisk disk = rig.disk(0);
            assertThat(disk.dpofua()).isTrue();
            BlockQueueStatistics before = rig.statistics(0);
            disk.writeSync(0, Patterns.random(1, BLOCK_BYTES));
            BlockQueueStatistics cost = rig.statistics(0).minus(before);

            assertThat(cost.durableWrites()).isEqualTo(1);
            assertThat(cost.syncs()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void unsafeModeStripsFuaAndFlush(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment, TestDisk.at(0, 0).cacheMode(CacheMode.UNSAFE))) {
            ScsiDisk disk = rig.disk(0);
            byte[] data = Patterns.random(1, BLOCK_BYTES);
            assertThat(disk.execute(ScsiCommands.write10(0, 8, ScsiFlags.FUA), data, 0).good())
                    .isTrue();
            disk.flush();
            BlockQueueStatistics cost = rig.statistics(0);

            assertThat(cost.writes()).isEqualTo(1);
            assertThat(cost.durableWrites() + cost.syncs()).isZero();
            assertThat(disk.read(0, 8)).isEqualTo(data);
        }
    }

    @ParameterizedTest
    @EnumSource
    void flushSyncsOnceAndIsElidedWhenNothingWasWrittenSince(Attachment attachment)
            throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            ScsiDisk disk = rig.disk(0);
            for (byte[] flush :
                    new byte[][] {
                        ScsiCommands.synchronizeCache10(0, 0),
                        ScsiCommands.synchronizeCache10(8, 8),
                        ScsiCommands.synchronizeCache16(0, 0)
                    }) {
                disk.write(0, Patterns.random(1, BLOCK_BYTES));
                BlockQueueStatistics before = rig.statistics(0);
                assertThat(disk.execute(flush, NO_DATA, 0).good()).isTrue();
                assertThat(disk.execute(flush, NO_DATA, 0).good()).isTrue();
                BlockQueueStatistics cost = rig.statistics(0).minus(before);

                assertThat(cost.syncs()).isEqualTo(1);
                assertThat(cost.elidedFlushes()).isEqualTo(1);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void flushOfAReadOnlyDiskIsGood(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment, TestDisk.at(0, 0).readOnly())) {
            rig.disk(0).flush();

            assertThat(rig.statistics(0).syncs()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void zeroesWrittenThroughAreDurable(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment, TestDisk.at(0, 0).cacheMode(CacheMode.WRITETHROUGH))) {
            ScsiDisk disk = rig.disk(0);
            BlockQueueStatistics before = rig.statistics(0);
            byte[] zeroes = ScsiCommands.writeSame16(0, 64, ScsiFlags.NO_DATA_OUT_BUFFER);
            assertThat(disk.execute(zeroes, NO_DATA, 0).good()).isTrue();
            BlockQueueStatistics cost = rig.statistics(0).minus(before);

            assertThat(cost.zeroes()).isEqualTo(1);
            assertThat(cost.syncs()).isEqualTo(1);
        }
    }
}
