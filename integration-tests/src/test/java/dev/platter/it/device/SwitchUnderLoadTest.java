package dev.platter.it.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BlockQueueStatistics;
import dev.platter.driver.BufferList;
import dev.platter.driver.DriverOptions;
import dev.platter.driver.GuestBuffer;
import dev.platter.driver.RequestQueue;
import dev.platter.driver.ScsiCommands;
import dev.platter.driver.ScsiDisk;
import dev.platter.driver.ScsiFlags;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A switch to write-through while other queues have volatile writes in flight. */
class SwitchUnderLoadTest {
    private static final int WRITERS = 3;
    private static final int ROUNDS = 40;
    private static final int WRITES = 48;
    private static final int DEPTH = 8;
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(60);

    /**
     * When the switch has answered GOOD and the writes of that moment are acknowledged, a flush
     * finds nothing to do: the backend elides it only if no volatile write is left.
     */
    @ParameterizedTest
    @EnumSource(names = {"IN_PROCESS", "SOCKET", "SOCKET_PACKED"})
    void nothingVolatileIsLeftBehindNotEvenWhatWasInFlight(Attachment attachment) throws Exception {
        DriverOptions options = DriverOptions.DEFAULT.withRequestQueues(1 + WRITERS);
        try (Rig rig = Rig.start(attachment, options);
                ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
            ScsiDisk disk = rig.disk(0);
            for (int round = 0; round < ROUNDS; round++) {
                disk.setWriteCache(true);
                CountDownLatch underWay = new CountDownLatch(WRITERS);
                List<Future<?>> writers = new ArrayList<>();
                for (int queue = 1; queue <= WRITERS; queue++) {
                    int number = queue;
                    writers.add(threads.submit(() -> write(rig, number, underWay)));
                }
                underWay.await();
                disk.setWriteCache(false);
                for (Future<?> writer : writers) {
                    writer.get(60, TimeUnit.SECONDS);
                }
                BlockQueueStatistics before = rig.statistics(0);
                disk.flush();
                BlockQueueStatistics cost = rig.statistics(0).minus(before);
                assertThat(cost.syncs()).as("volatile writes left in round %s", round).isZero();
                assertThat(cost.elidedFlushes()).isEqualTo(1);
            }
        }
    }

    private static void write(Rig rig, int number, CountDownLatch underWay) {
        RequestQueue queue = rig.driver().requestQueue(number);
        GuestBuffer buffer = rig.memory().allocate(4096, 4096);
        BufferList data = BufferList.of(buffer);
        int submitted = 0;
        for (int ended = 0; ended < WRITES; ended++) {
            while (submitted < WRITES && queue.inFlight() < DEPTH) {
                long lba = (number * WRITES + submitted++) * 8L;
                byte[] cdb = ScsiCommands.write16(lba, 8, ScsiFlags.NONE);
                assertThat(queue.submit(0, 0, cdb, data, BufferList.EMPTY)).isNotNegative();
            }
            int slot = queue.awaitAny(WAIT_NANOS);
            assertThat(slot).as("an answer on queue %s", number).isNotNegative();
            assertThat(queue.good(slot)).isTrue();
            if (ended == DEPTH) {
                underWay.countDown();
            }
        }
        rig.memory().free(buffer);
    }
}
