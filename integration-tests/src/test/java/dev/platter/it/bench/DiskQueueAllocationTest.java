package dev.platter.it.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.platter.driver.DiskQueue;
import dev.platter.driver.DriverOptions;
import dev.platter.driver.GuestMemory;
import dev.platter.driver.ScsiDisk;
import dev.platter.driver.ScsiDiskQueue;
import dev.platter.driver.VhostUserFrontEnd;
import dev.platter.driver.VhostUserOptions;
import dev.platter.driver.VirtioScsiDriver;
import dev.platter.it.support.PlatterProcess;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The bench's own side of a request allocates nothing. */
@Timeout(180)
class DiskQueueAllocationTest {
    private static final int BLOCK_BYTES = 4096;
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final int REQUESTS = 2_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir private Path folder;

    @Test
    void readsWritesAndFlushesAllocateNothing() throws Exception {
        Path image = Files.write(folder.resolve("disk"), new byte[1 << 20]);
        Path socket = folder.resolve("disk.sock");
        try (PlatterProcess server =
                        PlatterProcess.serve(folder, socket, "file=" + image + ",cache=unsafe");
                GuestMemory memory = GuestMemory.shared(8 << 20);
                VhostUserFrontEnd frontEnd =
                        VhostUserFrontEnd.connect(
                                socket, memory, VhostUserOptions.forRequestQueues(1));
                VirtioScsiDriver driver = VirtioScsiDriver.start(frontEnd, DriverOptions.DEFAULT)) {
            ScsiDisk disk = driver.disk(0, 0).probe();
            DiskQueue queue = new ScsiDiskQueue(driver.requestQueue(0), 0, 0, disk.blockBytes());
            allocatesNothing(queue, memory);
            assertThat(server.isAlive()).isTrue();
        }
    }

    /** Until the loop is compiled, which a busy machine puts off, it may allocate. */
    private void allocatesNothing(DiskQueue queue, GuestMemory memory) {
        long address = memory.allocate(BLOCK_BYTES, BLOCK_BYTES).guestAddress();
        long least = Long.MAX_VALUE;
        long deadline = System.nanoTime() + WAIT_NANOS;
        while (least > 0 && System.nanoTime() - deadline < 0) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < REQUESTS; i++) {
                long offset = i % 256 * (long) BLOCK_BYTES;
                int slot =
                        switch (i % 3) {
                            case 0 -> queue.read(offset, address, BLOCK_BYTES);
                            case 1 -> queue.write(offset, address, BLOCK_BYTES, false);
                            default -> queue.flush();
                        };
                if (queue.await(WAIT_NANOS) != slot || !queue.good(slot)) {
                    throw new AssertionError("a request did not end well");
                }
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).isZero();
    }
}
