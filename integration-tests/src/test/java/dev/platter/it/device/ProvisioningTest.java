package dev.platter.it.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.driver.ScsiCommands;
import dev.platter.driver.ScsiDisk;
import dev.platter.driver.ScsiFlags;
import dev.platter.driver.ScsiResponse;
import dev.platter.driver.ScsiStatus;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** WRITE SAME and UNMAP. */
class ProvisioningTest {
    private static final int BLOCK = 512;
    private static final byte[] NO_DATA = {};

    private static void good(ScsiDisk disk, byte[] cdb, byte[] data) throws Exception {
        ScsiResponse answer = disk.execute(cdb, data, 0);
        assertThat(answer.good()).as(answer.toString()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void writeSameRepeatsItsBlock(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            ScsiDisk disk = rig.disk(0);
            byte[] block = Patterns.random(1, BLOCK);
            good(disk, ScsiCommands.writeSame10(10, 100, ScsiFlags.NONE), block);
            good(disk, ScsiCommands.writeSame16(200, 3000, ScsiFlags.NONE), block);

            assertThat(disk.read(9, 1)).containsOnly(0);
            byte[] read = disk.read(10, 100);
            for (int i = 0; i < 100; i++) {
                assertThat(Arrays.copyOfRange(read, i * BLOCK, (i + 1) * BLOCK)).isEqualTo(block);
            }
            assertThat(disk.read(110, 1)).containsOnly(0);
            assertThat(disk.read(3199, 1)).isEqualTo(block);
            assertThat(disk.read(3200, 1)).containsOnly(0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void writeSameOfZeroesZeroesWithAndWithoutData(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            ScsiDisk disk = rig.disk(0);
            byte[] zero = new byte[BLOCK];
            byte[][] ways = {
                ScsiCommands.writeSame10(8, 64, ScsiFlags.NONE),
                ScsiCommands.writeSame16(8, 64, ScsiFlags.UNMAP),
                ScsiCommands.writeSame16(8, 64, ScsiFlags.NO_DATA_OUT_BUFFER),
                ScsiCommands.writeSame16(8, 64, ScsiFlags.NO_DATA_OUT_BUFFER | ScsiFlags.UNMAP)
            };
            for (byte[] cdb : ways) {
                disk.write(0, Patterns.random(2, 80 * BLOCK));
                boolean withData = (cdb[1] & ScsiFlags.NO_DATA_OUT_BUFFER) == 0;
                good(disk, cdb, withData ? zero : NO_DATA);

                assertThat(disk.read(8, 64)).containsOnly(0);
                assertThat(disk.read(0, 8))
                        .isEqualTo(Arrays.copyOf(Patterns.random(2, 80 * BLOCK), 8 * BLOCK));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void writeSameOfNoBlocksIsRefused(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            byte[] cdb = ScsiCommands.writeSame10(0, 0, ScsiFlags.NONE);
            assertThat(
                            rig.disk(0)
                                    .execute(cdb, new byte[BLOCK], 0)
                                    .sensed(ScsiStatus.ILLEGAL_REQUEST, 0x24, 0))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void unmapDiscardsItsRangesAndLeavesTheRest(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            ScsiDisk disk = rig.disk(0);
            byte[] data = Patterns.random(4, 64 * BLOCK);
            disk.write(0, data);
            byte[] list = ScsiCommands.unmapParameters(8, 8, 32, 16);
            good(disk, ScsiCommands.unmap(list.length), list);

            assertThat(rig.statistics(0).discards()).isEqualTo(2);
            assertThat(disk.read(8, 8)).containsOnly(0);
            assertThat(disk.read(32, 16)).containsOnly(0);
            assertThat(disk.read(0, 8)).isEqualTo(Arrays.copyOf(data, 8 * BLOCK));
            assertThat(disk.read(16, 16))
                    .isEqualTo(Arrays.copyOfRange(data, 16 * BLOCK, 32 * BLOCK));
            assertThat(disk.read(48, 16))
                    .isEqualTo(Arrays.copyOfRange(data, 48 * BLOCK, 64 * BLOCK));
        }
    }

    @ParameterizedTest
    @EnumSource
    void unmapBeyondTheEndIsRefused(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            ScsiDisk disk = rig.disk(0);
            byte[] list = ScsiCommands.unmapParameters(disk.blockCount() - 1, 2);
            assertThat(
                            disk.execute(ScsiCommands.unmap(list.length), list, 0)
                                    .sensed(ScsiStatus.ILLEGAL_REQUEST, 0x21, 0))
                    .isTrue();
            assertThat(disk.execute(ScsiCommands.unmap(0), NO_DATA, 0).good()).isTrue();
        }
    }
}
