package dev.platter.it.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.platter.driver.BlkQueue;
import dev.platter.driver.DiskQueue;
import dev.platter.driver.GuestBuffer;
import dev.platter.driver.GuestMemory;
import dev.platter.driver.VhostUserFrontEnd;
import dev.platter.driver.VhostUserOptions;
import dev.platter.driver.VirtioBlk;
import dev.platter.driver.VirtioBlkDriver;
import dev.platter.it.support.Requires;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Our virtio-blk driver against somebody else's device. */
@Requires(programs = "qemu-storage-daemon")
@Timeout(120)
class StorageDaemonTest {
    private static final int IMAGE_BYTES = 4 << 20;
    private static final int BLOCK_BYTES = 4096;
    private static final int DEPTH = 16;
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    @TempDir private Path folder;
    private Path image;
    private Process daemon;
    private GuestMemory memory;
    private VhostUserFrontEnd frontEnd;
    private VirtioBlkDriver driver;

    @BeforeEach
    void attach() throws Exception {
        image = Files.write(folder.resolve("disk"), new byte[IMAGE_BYTES]);
        Path socket = folder.resolve("blk.sock");
        daemon =
                new ProcessBuilder(
                                "qemu-storage-daemon",
                                "--blockdev",
                                "driver=file,node-name=disk,filename=" + image,
                                "--export",
                                "type=vhost-user-blk,id=blk,node-name=disk,writable=on,num-queues=2,addr.type=unix,addr.path="
                                        + socket)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("daemon.log").toFile())
                        .start();
        while (!Files.exists(socket)) {
            assertThat(daemon.isAlive())
                    .as(Files.readString(folder.resolve("daemon.log")))
                    .isTrue();
            Thread.sleep(10);
        }
        memory = GuestMemory.shared(8 << 20);
        frontEnd = VhostUserFrontEnd.connect(socket, memory, VhostUserOptions.forBlockQueues(2));
        driver = VirtioBlkDriver.start(frontEnd, 2, 64);
    }

    @AfterEach
    void detach() throws Exception {
        if (driver != null) {
            driver.close();
        }
        if (frontEnd != null) {
            frontEnd.close();
        }
        if (memory != null) {
            memory.close();
        }
        daemon.destroyForcibly().waitFor();
    }

    @Test
    void theDeviceTellsItsSizeAndQueues() {
        assertThat(driver.capacityBytes()).isEqualTo(IMAGE_BYTES);
        assertThat(driver.blockBytes()).isEqualTo(512);
        assertThat(driver.queuesOffered()).isEqualTo(2);
    }

    @Test
    void whatIsWrittenIsReadBackAndInTheImageAfterAFlush() throws Exception {
        Random random = new Random(7);
        byte[] content = new byte[BLOCK_BYTES];
        for (int queueNumber = 0; queueNumber < 2; queueNumber++) {
            BlkQueue queue = driver.queue(queueNumber);
            random.nextBytes(content);
            long offset = 8192 + 64 * 1024L * queueNumber;
            GuestBuffer out = memory.allocate(BLOCK_BYTES, BLOCK_BYTES);
            GuestBuffer in = memory.allocate(BLOCK_BYTES, BLOCK_BYTES);
            out.put(content);
            done(queue, queue.write(offset, out.guestAddress(), BLOCK_BYTES, false));
            done(queue, queue.flush());
            done(queue, queue.read(offset, in.guestAddress(), BLOCK_BYTES));
            assertThat(in.get(BLOCK_BYTES)).isEqualTo(content);
            byte[] all = Files.readAllBytes(image);
            byte[] stored = Arrays.copyOfRange(all, (int) offset, (int) offset + BLOCK_BYTES);
            assertThat(stored).isEqualTo(content);
        }
    }

    @Test
    void manyRequestsInFlightKeepTheirData() throws Exception {
        BlkQueue queue = driver.queue(1);
        Random random = new Random(11);
        byte[][] contents = new byte[DEPTH][BLOCK_BYTES];
        GuestBuffer[] buffers = new GuestBuffer[DEPTH];
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < DEPTH; i++) {
                if (round == 0) {
                    buffers[i] = memory.allocate(BLOCK_BYTES, BLOCK_BYTES);
                }
                random.nextBytes(contents[i]);
                buffers[i].put(contents[i]);
                int slot =
                        queue.write(
                                (long) i * BLOCK_BYTES,
                                buffers[i].guestAddress(),
                                BLOCK_BYTES,
                                false);
                assertThat(slot).isNotEqualTo(DiskQueue.FULL);
            }
            reapAll(queue);
            for (int i = 0; i < DEPTH; i++) {
                buffers[i].segment().fill((byte) 0);
                queue.read((long) i * BLOCK_BYTES, buffers[i].guestAddress(), BLOCK_BYTES);
            }
            reapAll(queue);
            for (int i = 0; i < DEPTH; i++) {
                assertThat(buffers[i].get(BLOCK_BYTES)).isEqualTo(contents[i]);
            }
        }
    }

    @Test
    void aReadBehindTheEndIsAnErrorOfTheDevice() {
        BlkQueue queue = driver.queue(0);
        GuestBuffer in = memory.allocate(BLOCK_BYTES, BLOCK_BYTES);
        int slot = queue.read(IMAGE_BYTES, in.guestAddress(), BLOCK_BYTES);
        assertThat(queue.await(WAIT_NANOS)).isEqualTo(slot);
        assertThat(queue.good(slot)).isFalse();
        assertThat(queue.status(slot)).isEqualTo(VirtioBlk.S_IOERR);
    }

    @Test
    void virtioBlkHasNoFua() {
        BlkQueue queue = driver.queue(0);
        assertThat(queue.fua()).isFalse();
        assertThatThrownBy(() -> queue.write(0, 0, BLOCK_BYTES, true))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void moreQueuesThanThereAreAreRefused() throws Exception {
        detachDriver();
        Path socket = folder.resolve("blk.sock");
        assertThatThrownBy(
                        () ->
                                VhostUserFrontEnd.connect(
                                        socket, memory, VhostUserOptions.forBlockQueues(3)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("offers 2 queues, not 3");
    }

    private void detachDriver() throws IOException {
        driver.close();
        driver = null;
        frontEnd.close();
        frontEnd = null;
    }

    private static void done(DiskQueue queue, int slot) {
        assertThat(slot).isNotEqualTo(DiskQueue.FULL);
        assertThat(queue.await(WAIT_NANOS)).isEqualTo(slot);
        assertThat(queue.good(slot)).as(queue.answerText(slot)).isTrue();
    }

    private static void reapAll(DiskQueue queue) {
        for (int i = 0; i < DEPTH; i++) {
            int slot = queue.await(WAIT_NANOS);
            assertThat(slot).isNotEqualTo(DiskQueue.NONE);
            assertThat(queue.good(slot)).as(queue.answerText(slot)).isTrue();
        }
    }
}
