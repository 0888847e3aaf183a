package dev.platter.it.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.CacheMode;
import dev.platter.driver.BufferList;
import dev.platter.driver.DriverOptions;
import dev.platter.driver.GuestBuffer;
import dev.platter.driver.RequestQueue;
import dev.platter.driver.ScsiCommands;
import dev.platter.driver.ScsiDisk;
import dev.platter.driver.ScsiFlags;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Request queues that run at the same time, each with many requests in flight. */
class ManyQueuesTest {
    private static final int QUEUES = 4;
    private static final int DEPTH = 16;
    private static final int WRITES = 200;
    private static final int BLOCK_BYTES = 4096;
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(60);

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "IN_PROCESS_ON_ONE_THREAD")
    void everyQueueReachesEveryDiskAndNothingIsMixedUp(Attachment attachment) throws Exception {
        DriverOptions options = DriverOptions.DEFAULT.withRequestQueues(QUEUES);
        try (Rig rig =
                        Rig.start(
                                attachment,
                                options,
                                TestDisk.at(0, 0).backend("posix"),
                                TestDisk.at(1, 0)
                                        .backend("uring")
                                        .cacheMode(CacheMode.DIRECTSYNC));
                ExecutorService threads = Executors.newFixedThreadPool(QUEUES)) {
            rig.disk(0);
            rig.disk(1);
            List<Future<Void>> runs = new ArrayList<>();
            for (int i = 0; i < QUEUES; i++) {
                int number = i;
                Callable<Void> run = () -> writeOwnStripe(rig, number);
                runs.add(threads.submit(run));
            }
            for (Future<Void> run : runs) {
                run.get(120, TimeUnit.SECONDS);
            }
            for (int queue = 0; queue < QUEUES; queue++) {
                for (int disk = 0; disk < 2; disk++) {
                    // Read back through another queue than it was written by.
                    ScsiDisk view = rig.disk(disk, (queue + 1) % QUEUES).probe();
                    for (int i = 0; i < WRITES; i += 17) {
                        assertThat(view.read(lba(queue, i), 8)).isEqualTo(data(queue, disk, i));
                    }
                }
            }
        }
    }

    private static long lba(int queue, int write) {
        return (queue * WRITES + write) * 8L;
    }

    private static byte[] data(int queue, int disk, int write) {
        return Patterns.random(queue * 10_000L + disk * 1_000L + write, BLOCK_BYTES);
    }

    private static Void writeOwnStripe(Rig rig, int number) {
        RequestQueue queue = rig.driver().requestQueue(number);
        GuestBuffer[] buffers = new GuestBuffer[DEPTH];
        BufferList[] lists = new BufferList[DEPTH];
        int[] bufferOfSlot = new int[1024];
        List<Integer> free = new ArrayList<>();
        for (int i = 0; i < DEPTH; i++) {
            buffers[i] = rig.memory().allocate(BLOCK_BYTES, 512);
            lists[i] = BufferList.of(buffers[i]);
            free.add(i);
        }
        int submitted = 0;
        int ended = 0;
        while (ended < 2 * WRITES) {
            while (submitted < 2 * WRITES && !free.isEmpty()) {
                int buffer = free.removeLast();
                int disk = submitted % 2;
                int write = submitted / 2;
                buffers[buffer].put(data(number, disk, write));
                byte[] cdb = ScsiCommands.write16(lba(number, write), 8, ScsiFlags.NONE);
                int slot = queue.submit(disk, 0, cdb, lists[buffer], BufferList.EMPTY);
                assertThat(slot).isNotNegative();
                bufferOfSlot[slot] = buffer;
                submitted++;
            }
            int slot = queue.awaitAny(WAIT_NANOS);
            assertThat(slot).as("an answer on queue %s", number).isNotNegative();
            assertThat(queue.good(slot)).isTrue();
            free.add(bufferOfSlot[slot]);
            ended++;
        }
        return null;
    }
}
