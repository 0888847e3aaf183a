package dev.platter.driver;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The driver's own side of a request allocates nothing. */
class DriverAllocationTest {
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    @Test
    void asynchronousRequestsAllocateNothingOnTheDriversThread() throws IOException {
        try (GuestMemory memory = GuestMemory.plain(4 << 20);
                FrontEnd frontEnd = InProcessFrontEnd.threaded(new EchoDevice(), memory);
                VirtioScsiDriver driver = VirtioScsiDriver.start(frontEnd, DriverOptions.DEFAULT)) {
            RequestQueue queue = driver.requestQueue(0);
            GuestBuffer data = memory.allocate(4096, 4096);
            BufferList out = BufferList.of(data);
            byte[] cdb = new byte[16];
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long least = Long.MAX_VALUE;
            // Until the loop is compiled, which a busy machine puts off, it may allocate.
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (least > 0 && System.nanoTime() < deadline) {
                long before = threads.getCurrentThreadAllocatedBytes();
                runRequests(queue, cdb, out, 2_000);
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertThat(least).isZero();
        }
    }

    private static void runRequests(RequestQueue queue, byte[] cdb, BufferList out, int count) {
        int submitted = 0;
        int ended = 0;
        while (ended < count) {
            while (submitted < count && queue.inFlight() < 8) {
                ScsiCommands.encodeWrite16(cdb, submitted, 8, ScsiFlags.NONE);
                queue.submit(0, 0, cdb, out, BufferList.EMPTY);
                submitted++;
            }
            int slot = queue.awaitAny(WAIT_NANOS);
            if (slot == RequestQueue.TIMED_OUT || !queue.good(slot)) {
                throw new AssertionError("request did not end well");
            }
            ended++;
        }
    }
}
