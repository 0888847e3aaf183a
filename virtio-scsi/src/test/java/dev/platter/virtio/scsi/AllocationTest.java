package dev.platter.virtio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.platter.virtio.queue.VirtioFeatures;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A command's way from the ring to the disk and back allocates nothing once it is compiled. */
class AllocationTest {
    private static final int ROUND = 5_000;
    private static final int ROUNDS = 40;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @ParameterizedTest
    @ValueSource(longs = {0, VirtioFeatures.RING_EVENT_IDX})
    void readsAndWritesAllocateNothing(long features) {
        try (Rig rig = new Rig()) {
            Driver driver = rig.requests(2, Rig.FEATURES | features);
            int first = driver.ring.usedIdx();
            int write = driver.write(Cdbs.write10(8, 8), new byte[4096]).head();
            Request read = driver.read(Cdbs.read10(8, 8), 4096);
            driver.run();

            assertThat(leastAllocated(driver, write, read.head())).isZero();
            assertThat(read.status()).isZero();
            assertThat(driver.ring.usedIdx()).isEqualTo((first + 2 + 2 * ROUND * ROUNDS) & 0xffff);
        }
    }

    /** Of many rounds the cheapest: earlier ones are interpreted, and that allocates. */
    private long leastAllocated(Driver driver, int write, int read) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            round(driver, write, read);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }

    private static void round(Driver driver, int write, int read) {
        for (int i = 0; i < ROUND; i++) {
            driver.ring.makeAvailable(write);
            driver.ring.makeAvailable(read);
            driver.run();
            driver.handler.enableKicks();
        }
    }
}
