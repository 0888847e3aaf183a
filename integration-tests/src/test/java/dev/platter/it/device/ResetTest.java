package dev.platter.it.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.CacheMode;
import dev.platter.driver.BufferList;
import dev.platter.driver.GuestBuffer;
import dev.platter.driver.RequestQueue;
import dev.platter.driver.ScsiCommands;
import dev.platter.driver.ScsiDisk;
import dev.platter.driver.ScsiFlags;
import dev.platter.driver.ScsiResponse;
import dev.platter.driver.ScsiStatus;
import dev.platter.driver.VirtioScsi;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What resets do to the write cache, to requests in flight, and to what the guest is told. */
class ResetTest {
    private static final int ASC_RESET = 0x29;
    private static final byte[] NO_DATA = {};

    private static boolean resetAttention(ScsiResponse answer) {
        return answer.sensed(ScsiStatus.UNIT_ATTENTION, ASC_RESET, 0);
    }

    private static ScsiResponse ready(ScsiDisk disk) throws Exception {
        return disk.execute(ScsiCommands.testUnitReady(), NO_DATA, 0);
    }

    @ParameterizedTest
    @EnumSource
    void newDriverFindsTheConfiguredWriteCache(Attachment attachment) throws Exception {
        try (Rig rig =
                Rig.start(
                        attachment,
                        TestDisk.at(0, 0),
                        TestDisk.at(1, 0).cacheMode(CacheMode.WRITETHROUGH))) {
            rig.disk(0).setWriteCache(false);
            rig.disk(1).setWriteCache(true);
            rig.driver().reset();

            assertThat(rig.disk(0).cacheType()).isEqualTo("write back");
            assertThat(rig.disk(1).cacheType()).isEqualTo("write through");
        }
    }

    @ParameterizedTest
    @EnumSource
    void resetByTaskManagementLeavesTheWriteCacheOff(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            ScsiDisk disk = rig.disk(0);
            disk.setWriteCache(false);
            for (int function :
                    new int[] {VirtioScsi.LOGICAL_UNIT_RESET, VirtioScsi.I_T_NEXUS_RESET}) {
                assertThat(rig.driver().control().taskManagement(function, 0, 0, 0))
                        .isEqualTo(VirtioScsi.FUNCTION_COMPLETE);
                assertThat(disk.probe().cacheType()).isEqualTo("write through");
                long durable = rig.statistics(0).durableWrites();
                disk.write(0, Patterns.random(1, 4096));
                assertThat(rig.statistics(0).durableWrites()).isEqualTo(durable + 1);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyNewDriverFirstSeesAResetAttention(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            for (int boot = 0; boot < 3; boot++) {
                ScsiDisk disk = rig.freshDisk(0);
                assertThat(disk.execute(ScsiCommands.inquiry(36), NO_DATA, 36).good()).isTrue();
                assertThat(resetAttention(ready(disk))).isTrue();
                assertThat(ready(disk).good()).isTrue();
                rig.driver().reset();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void requestSenseReturnsTheAttentionAsData(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            ScsiDisk disk = rig.freshDisk(0);
            byte[] cdb = ScsiCommands.requestSense(false, 18);
            ScsiResponse answer = disk.execute(cdb, NO_DATA, 18);

            assertThat(answer.good()).isTrue();
            assertThat(answer.dataIn()[2] & 0xf).isEqualTo(ScsiStatus.UNIT_ATTENTION);
            assertThat(answer.dataIn()[12]).isEqualTo((byte) ASC_RESET);
            assertThat(ready(disk).good()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void resetAttentionGoesToWhatWasResetOnly(Attachment attachment) throws Exception {
        try (Rig rig =
                Rig.start(attachment, TestDisk.at(0, 0), TestDisk.at(0, 1), TestDisk.at(1, 0))) {
            ScsiDisk[] disks = {rig.disk(0), rig.disk(1), rig.disk(2)};
            rig.driver().control().taskManagement(VirtioScsi.LOGICAL_UNIT_RESET, 0, 1, 0);
            assertThat(ready(disks[0]).good()).isTrue();
            assertThat(resetAttention(ready(disks[1]))).isTrue();
            assertThat(ready(disks[2]).good()).isTrue();

            rig.driver().control().taskManagement(VirtioScsi.I_T_NEXUS_RESET, 0, 0, 0);
            assertThat(resetAttention(ready(disks[0]))).isTrue();
            assertThat(resetAttention(ready(disks[1]))).isTrue();
            assertThat(ready(disks[2]).good()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void resetWithRequestsInFlightLeavesAWorkingDisk(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            rig.disk(0);
            for (int boot = 0; boot < 5; boot++) {
                RequestQueue queue = rig.driver().requestQueue(0);
                GuestBuffer data = rig.memory().allocate(4096, 512);
                for (int i = 0; i < 32; i++) {
                    byte[] cdb = ScsiCommands.write10(i * 8L, 8, ScsiFlags.FUA);
                    assertThat(queue.submit(0, 0, cdb, BufferList.of(data), BufferList.EMPTY))
                            .isNotNegative();
                }
                queue.kick();
                rig.driver().reset();
                rig.memory().free(data);
                ScsiDisk disk = rig.disk(0);
                byte[] written = Patterns.random(boot, 4096);
                disk.write(800, written);
                assertThat(disk.read(800, 8)).isEqualTo(written);
            }
        }
    }
}
