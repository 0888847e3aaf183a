package dev.platter.it.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BlockQueueStatistics;
import dev.platter.api.block.CacheMode;
import dev.platter.driver.ScsiDisk;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What each cache mode shows the guest, and what its writes cost on the host. */
class CacheModeTest {
    private static final int WRITES = 16;
    private static final int BLOCK_BYTES = 4096;
    private static final List<CacheMode> MODES =
            List.of(
                    CacheMode.WRITEBACK,
                    CacheMode.NONE,
                    CacheMode.WRITETHROUGH,
                    CacheMode.DIRECTSYNC,
                    CacheMode.UNSAFE);

    static Stream<Arguments> attachmentsAndModes() {
        return Stream.of(Attachment.values())
                .flatMap(a -> MODES.stream().map(mode -> Arguments.of(a, mode)));
    }

    static Stream<Arguments> attachmentsModesAndWays() {
        return attachmentsAndModes()
                .flatMap(
                        a ->
                                Stream.of("rwf", "fdatasync")
                                        .map(way -> Arguments.of(a.get()[0], a.get()[1], way)));
    }

    private static TestDisk disk(CacheMode mode) {
        return TestDisk.at(0, 0).cacheMode(mode);
    }

    private static void writeSync(ScsiDisk disk) throws IOException {
        for (int i = 0; i < WRITES; i++) {
            disk.writeSync(i * 8L, Patterns.random(i, BLOCK_BYTES));
        }
    }

    @ParameterizedTest
    @MethodSource("attachmentsAndModes")
    void guestSeesTheCacheTypeOfTheMode(Attachment attachment, CacheMode mode) throws Exception {
        try (Rig rig = Rig.start(attachment, disk(mode))) {
            assertThat(rig.disk(0).cacheType())
                    .isEqualTo(mode.writeback() ? "write back" : "write through");
        }
    }

    @ParameterizedTest
    @MethodSource("attachmentsModesAndWays")
    void synchronousWritesCostWhatTheModeSays(Attachment attachment, CacheMode mode, String way)
            throws Exception {
        try (Rig rig = Rig.start(attachment, disk(mode).dsync(way))) {
            ScsiDisk disk = rig.disk(0);
            BlockQueueStatistics before = rig.statistics(0);
            writeSync(disk);
            BlockQueueStatistics cost = rig.statistics(0).minus(before);

            boolean durable = !mode.writeback() && way.equals("rwf");
            assertThat(cost.durableWrites()).isEqualTo(durable ? WRITES : 0);
            assertThat(cost.writes()).isEqualTo(durable ? 0 : WRITES);
            assertThat(cost.syncs()).isEqualTo(durable || mode.noFlush() ? 0 : WRITES);
        }
    }

    @ParameterizedTest
    @MethodSource("attachmentsModesAndWays")
    void switchToWriteThroughSyncsOnceAndThenEveryWriteIsDurable(
            Attachment attachment, CacheMode mode, String way) throws Exception {
        try (Rig rig = Rig.start(attachment, disk(mode).dsync(way))) {
            ScsiDisk disk = rig.disk(0);
            disk.setWriteCache(true);
            disk.write(0, Patterns.random(1, BLOCK_BYTES));
            BlockQueueStatistics before = rig.statistics(0);
            disk.setWriteCache(false);
            BlockQueueStatistics switched = rig.statistics(0).minus(before);
            writeSync(disk);
            BlockQueueStatistics cost = rig.statistics(0).minus(before).minus(switched);

            assertThat(disk.cacheType()).isEqualTo("write through");
            assertThat(switched.syncs()).isEqualTo(mode.noFlush() ? 0 : 1);
            boolean durable = !mode.noFlush() && way.equals("rwf");
            assertThat(cost.durableWrites()).isEqualTo(durable ? WRITES : 0);
            assertThat(cost.writes()).isEqualTo(durable ? 0 : WRITES);
            assertThat(cost.syncs()).isEqualTo(durable || mode.noFlush() ? 0 : WRITES);
        }
    }

    @ParameterizedTest
    @MethodSource("attachmentsAndModes")
    void switchToWriteBackCostsNothingAndMakesWritesVolatile(Attachment attachment, CacheMode mode)
            throws Exception {
        try (Rig rig = Rig.start(attachment, disk(mode))) {
            ScsiDisk disk = rig.disk(0);
            disk.setWriteCache(false);
            BlockQueueStatistics before = rig.statistics(0);
            disk.setWriteCache(true);
            disk.write(0, Patterns.random(1, BLOCK_BYTES));
            BlockQueueStatistics cost = rig.statistics(0).minus(before);

            assertThat(disk.cacheType()).isEqualTo("write back");
            assertThat(cost.writes()).isEqualTo(1);
            assertThat(cost.durableWrites() + cost.syncs()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void redundantSwitchOffSyncsOnlyWhatSomebodyBeforeMayHaveLeft(Attachment attachment)
            throws Exception {
        try (Rig rig = Rig.start(attachment, disk(CacheMode.WRITETHROUGH).dsync("rwf"))) {
            ScsiDisk disk = rig.disk(0);
            // The first flush of an opened image covers what another process wrote before.
            disk.setWriteCache(false);
            assertThat(rig.statistics(0).syncs()).isEqualTo(1);

            writeSync(disk);
            disk.setWriteCache(false);
            assertThat(rig.statistics(0).syncs()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void modesOfDisksOnOneDeviceAreIndependent(Attachment attachment) throws Exception {
        try (Rig rig =
                Rig.start(
                        attachment,
                        TestDisk.at(0, 0),
                        TestDisk.at(0, 1),
                        TestDisk.at(1, 0).cacheMode(CacheMode.WRITETHROUGH))) {
            ScsiDisk first = rig.disk(0);
            ScsiDisk second = rig.disk(1);
            ScsiDisk third = rig.disk(2);
            first.setWriteCache(false);
            third.setWriteCache(true);
            second.revalidate();

            assertThat(first.cacheType()).isEqualTo("write through");
            assertThat(second.cacheType()).isEqualTo("write back");
            assertThat(third.cacheType()).isEqualTo("write back");
        }
    }
}
