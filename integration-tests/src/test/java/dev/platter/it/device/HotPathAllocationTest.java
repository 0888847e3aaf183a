package dev.platter.it.device;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.platter.api.block.CacheMode;
import dev.platter.driver.BufferList;
import dev.platter.driver.GuestBuffer;
import dev.platter.driver.RequestQueue;
import dev.platter.driver.ScsiCommands;
import dev.platter.driver.ScsiFlags;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A request's way, from submit to used and through every thread between, allocates nothing. */
class HotPathAllocationTest {
    private static final int REQUESTS = 2_000;
    private static final int DEPTH = 8;
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final byte[] cdb = new byte[16];

    @ParameterizedTest
    @EnumSource(names = {"IN_PROCESS", "SOCKET", "SOCKET_PACKED"})
    void readsAndWritesAllocateNothingOnAnyThread(Attachment attachment) throws Exception {
        // Without a flush the requests are quick, and the loop is soon compiled.
        try (Rig rig = Rig.start(attachment, TestDisk.at(0, 0).cacheMode(CacheMode.UNSAFE))) {
            rig.disk(0);
            RequestQueue queue = rig.driver().requestQueue(0);
            GuestBuffer buffer = rig.memory().allocate(4096, 4096);
            BufferList data = BufferList.of(buffer);
            long least = Long.MAX_VALUE;
            // Until the loop is compiled, which a busy machine puts off, it may allocate.
            long deadline = System.nanoTime() + WAIT_NANOS;
            while (least > 0 && System.nanoTime() - deadline < 0) {
                long[] ids = threads.getAllThreadIds();
                long[] before = threads.getThreadAllocatedBytes(ids);
                // Whatever these two calls allocate is counted before the round starts.
                long own = threads.getCurrentThreadAllocatedBytes();
                run(queue, data);
                long ownAfter = threads.getCurrentThreadAllocatedBytes();
                least = Math.min(least, ownAfter - own + others(ids, before));
            }
            assertThat(least).isZero();
        }
    }

    /** What all threads but this one have allocated since. */
    private long others(long[] ids, long[] before) {
        long[] after = threads.getThreadAllocatedBytes(ids);
        long sum = 0;
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] != Thread.currentThread().threadId() && before[i] >= 0 && after[i] >= 0) {
                sum += after[i] - before[i];
            }
        }
        return sum;
    }

    private void run(RequestQueue queue, BufferList data) {
        int submitted = 0;
        for (int ended = 0; ended < REQUESTS; ended++) {
            while (submitted < REQUESTS && queue.inFlight() < DEPTH) {
                long lba = submitted % 1024 * 8L;
                if (submitted % 2 == 0) {
                    ScsiCommands.encodeWrite16(cdb, lba, 8, ScsiFlags.NONE);
                    queue.submit(0, 0, cdb, data, BufferList.EMPTY);
                } else {
                    ScsiCommands.encodeRead16(cdb, lba, 8, ScsiFlags.NONE);
                    queue.submit(0, 0, cdb, BufferList.EMPTY, data);
                }
                submitted++;
            }
            int slot = queue.awaitAny(WAIT_NANOS);
            if (slot == RequestQueue.TIMED_OUT || !queue.good(slot)) {
                throw new AssertionError("a request did not end well");
            }
        }
    }
}
