package dev.platter.it.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.driver.DiskQueue;
import dev.platter.driver.DriverOptions;
import dev.platter.driver.GuestBuffer;
import dev.platter.driver.GuestMemory;
import dev.platter.driver.ScsiDisk;
import dev.platter.driver.ScsiDiskQueue;
import dev.platter.driver.VhostUserFrontEnd;
import dev.platter.driver.VhostUserOptions;
import dev.platter.driver.VirtioScsiDriver;
import dev.platter.it.support.PlatterProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A disk as the bench loads it, against a Platter in a process of its own. */
@Timeout(180)
class DiskQueueTest {
    private static final int BLOCK_BYTES = 4096;
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(60);

    @TempDir private Path folder;

    @Test
    void readsWritesAndFlushesKeepTheData() throws Exception {
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
            keepsTheData(queue, memory, image);
            assertThat(server.isAlive()).isTrue();
        }
    }

    private static void keepsTheData(DiskQueue queue, GuestMemory memory, Path image)
            throws Exception {
        byte[] content = new byte[BLOCK_BYTES];
        new Random(3).nextBytes(content);
        GuestBuffer out = memory.allocate(BLOCK_BYTES, BLOCK_BYTES);
        GuestBuffer in = memory.allocate(BLOCK_BYTES, BLOCK_BYTES);
        out.put(content);
        for (boolean fua : new boolean[] {false, true}) {
            long offset = fua ? 65536 : 12288;
            done(queue, queue.write(offset, out.guestAddress(), BLOCK_BYTES, fua));
            done(queue, queue.flush());
            in.segment().fill((byte) 0);
            done(queue, queue.read(offset, in.guestAddress(), BLOCK_BYTES));
            assertThat(in.get(BLOCK_BYTES)).isEqualTo(content);
            byte[] stored = Files.readAllBytes(image);
            assertThat(Arrays.copyOfRange(stored, (int) offset, (int) offset + BLOCK_BYTES))
                    .isEqualTo(content);
        }
    }

    private static void done(DiskQueue queue, int slot) {
        assertThat(queue.await(WAIT_NANOS)).isEqualTo(slot);
        assertThat(queue.good(slot)).as(queue.answerText(slot)).isTrue();
    }
}
