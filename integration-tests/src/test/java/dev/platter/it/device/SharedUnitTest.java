package dev.platter.it.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BlockQueueStatistics;
import dev.platter.api.block.CacheMode;
import dev.platter.driver.DriverOptions;
import dev.platter.driver.ScsiCommands;
import dev.platter.driver.ScsiDisk;
import dev.platter.driver.ScsiResponse;
import dev.platter.driver.ScsiStatus;
import dev.platter.driver.VirtioScsi;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A logical unit is one, through whichever queue it is reached. */
class SharedUnitTest {
    private static final int QUEUES = 4;
    private static final int BLOCK_BYTES = 4096;
    private static final byte[] NO_DATA = {};
    private static final int ASC_RESET = 0x29;

    private static Rig start(Attachment attachment) throws Exception {
        return Rig.start(
                attachment,
                DriverOptions.DEFAULT.withRequestQueues(QUEUES),
                TestDisk.at(0, 0).cacheMode(CacheMode.WRITEBACK).dsync("rwf"));
    }

    @ParameterizedTest
    @EnumSource
    void writeCacheSwitchedThroughOneQueueIsSwitchedForAll(Attachment attachment) throws Exception {
        try (Rig rig = start(attachment)) {
            rig.disk(0);
            for (int switching = 0; switching < QUEUES; switching++) {
                for (boolean writeCache : new boolean[] {false, true}) {
                    rig.disk(0, switching).probe().setWriteCache(writeCache);
                    for (int queue = 0; queue < QUEUES; queue++) {
                        assertWrites(rig, queue, writeCache);
                    }
                }
            }
        }
    }

    private static void assertWrites(Rig rig, int queue, boolean writeCache) throws Exception {
        ScsiDisk disk = rig.disk(0, queue).probe();
        assertThat(disk.writeCache()).as("queue %s", queue).isEqualTo(writeCache);
        BlockQueueStatistics before = rig.statistics(0);
        byte[] data = Patterns.random(queue, BLOCK_BYTES);
        disk.write(queue * 8L, data);
        BlockQueueStatistics cost = rig.statistics(0).minus(before);
        assertThat(cost.durableWrites()).as("queue %s", queue).isEqualTo(writeCache ? 0 : 1);
        assertThat(cost.writes()).as("queue %s", queue).isEqualTo(writeCache ? 1 : 0);
        assertThat(rig.disk(0, (queue + 1) % QUEUES).probe().read(queue * 8L, 8)).isEqualTo(data);
    }

    /** A flush is for what every queue wrote, not only for its own. */
    @ParameterizedTest
    @EnumSource
    void volatileWritesOfOneQueueAreFlushedThroughAnother(Attachment attachment) throws Exception {
        try (Rig rig = start(attachment)) {
            rig.disk(0);
            rig.disk(0, 0).probe().flush();
            for (int queue = 0; queue < QUEUES; queue++) {
                rig.disk(0, queue).probe().write(0, Patterns.random(queue, BLOCK_BYTES));
                long syncs = rig.statistics(0).syncs();
                rig.disk(0, (queue + 1) % QUEUES).probe().flush();
                assertThat(rig.statistics(0).syncs()).isEqualTo(syncs + 1);
                rig.disk(0, (queue + 2) % QUEUES).probe().flush();
                assertThat(rig.statistics(0).syncs()).as("nothing new").isEqualTo(syncs + 1);
            }
        }
    }

    /** The queues are one nexus: whoever comes first is told, and the others are not. */
    @ParameterizedTest
    @EnumSource
    void unitAttentionIsTakenOnceWhicheverQueueTakesIt(Attachment attachment) throws Exception {
        try (Rig rig = start(attachment)) {
            rig.disk(0);
            for (int first = 0; first < QUEUES; first++) {
                rig.driver().control().taskManagement(VirtioScsi.LOGICAL_UNIT_RESET, 0, 0, 0);
                assertThat(ready(rig, first).sensed(ScsiStatus.UNIT_ATTENTION, ASC_RESET, 0))
                        .isTrue();
                for (int queue = 0; queue < QUEUES; queue++) {
                    assertThat(ready(rig, queue).good()).isTrue();
                }
            }
        }
    }

    private static ScsiResponse ready(Rig rig, int queue) throws Exception {
        return rig.disk(0, queue).execute(ScsiCommands.testUnitReady(), NO_DATA, 0);
    }
}
