package dev.platter.it.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.driver.BufferList;
import dev.platter.driver.DriverOptions;
import dev.platter.driver.GuestBuffer;
import dev.platter.driver.MemoryRegion;
import dev.platter.driver.RequestQueue;
import dev.platter.driver.ScsiCommands;
import dev.platter.driver.ScsiDisk;
import dev.platter.driver.VhostUserFrontEnd;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Memory that comes and goes, queues that stop and start, front-ends that leave and return. */
class LifeCycleTest {
    private static final long HIGH = 1L << 32;
    private static final int REGION_BYTES = 1 << 20;

    private static void useRegion(Rig rig, MemoryRegion region, int seed) throws Exception {
        GuestBuffer buffer = rig.memory().allocateAt(region, 4096, 4096);
        byte[] data = Patterns.random(seed, 4096);
        buffer.put(data);
        RequestQueue queue = rig.driver().requestQueue(0);
        BufferList list = BufferList.of(buffer);
        byte[] write = ScsiCommands.write10(seed * 8L, 8, 0);
        assertThat(queue.execute(0, 0, write, list, BufferList.EMPTY).good()).isTrue();
        buffer.segment().fill((byte) 0);
        byte[] read = ScsiCommands.read10(seed * 8L, 8, 0);
        assertThat(queue.execute(0, 0, read, BufferList.EMPTY, list).good()).isTrue();
        assertThat(buffer.get(4096)).isEqualTo(data);
        rig.memory().free(buffer);
    }

    @ParameterizedTest
    @EnumSource
    void memoryComesAndGoesWhileQueuesRun(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            rig.disk(0);
            for (int i = 0; i < 5; i++) {
                MemoryRegion region = rig.frontEnd().addMemory(HIGH, REGION_BYTES);
                useRegion(rig, region, i);
                rig.frontEnd().removeMemory(region);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "IN_PROCESS_ON_ONE_THREAD")
    void memoryChangesUnderLoadLoseNoRequest(Attachment attachment) throws Exception {
        DriverOptions options = DriverOptions.DEFAULT.withRequestQueues(2);
        try (Rig rig = Rig.start(attachment, options);
                ExecutorService thread = Executors.newSingleThreadExecutor()) {
            rig.disk(0);
            AtomicBoolean stop = new AtomicBoolean();
            Future<Integer> load = thread.submit(() -> writeUntil(rig.disk(0, 1), stop));
            for (int i = 0; i < 20; i++) {
                MemoryRegion region = rig.frontEnd().addMemory(HIGH, REGION_BYTES);
                useRegion(rig, region, i);
                rig.frontEnd().removeMemory(region);
            }
            stop.set(true);
            assertThat(load.get(60, TimeUnit.SECONDS)).isPositive();
        }
    }

    private static int writeUntil(ScsiDisk disk, AtomicBoolean stop) throws Exception {
        disk.probe();
        int count = 0;
        while (!stop.get()) {
            byte[] data = Patterns.random(count, 4096);
            disk.write(4096, data);
            assertThat(disk.read(4096, 8)).isEqualTo(data);
            count++;
        }
        return count;
    }

    @ParameterizedTest
    @EnumSource
    void stoppedQueuesGoOnWithTheSameRings(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            ScsiDisk disk = rig.disk(0);
            disk.setWriteCache(false);
            for (int i = 0; i < 5; i++) {
                byte[] data = Patterns.random(i, 4096);
                disk.write(i * 8L, data);
                rig.driver().stop();
                rig.driver().restart();
                // No reset in between: no unit attention, and WCE is as the guest left it.
                assertThat(disk.read(i * 8L, 8)).isEqualTo(data);
                disk.revalidate();
                assertThat(disk.writeCache()).isFalse();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void requestsMadeAvailableWhileStoppedAreTakenAtTheStart(Attachment attachment)
            throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            rig.disk(0);
            RequestQueue queue = rig.driver().requestQueue(0);
            rig.driver().stop();
            int slot =
                    queue.submit(
                            0, 0, ScsiCommands.testUnitReady(), BufferList.EMPTY, BufferList.EMPTY);
            rig.driver().restart();

            assertThat(queue.awaitAny(TimeUnit.SECONDS.toNanos(30))).isEqualTo(slot);
            assertThat(queue.good(slot)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void guestBootsAgainOnTheSameConnection(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            byte[] data = Patterns.random(1, 4096);
            rig.disk(0).write(0, data);
            for (int boot = 0; boot < 5; boot++) {
                rig.driver().reset();
                assertThat(rig.disk(0).read(0, 8)).isEqualTo(data);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SOCKET", "SOCKET_PACKED", "SOCKET_WITH_ACKNOWLEDGEMENTS"})
    void frontEndThatLeftMayReturnAndGoOn(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            ScsiDisk disk = rig.disk(0);
            disk.setWriteCache(false);
            byte[] data = Patterns.random(1, 4096);
            disk.write(0, data);
            for (int i = 0; i < 5; i++) {
                ((VhostUserFrontEnd) rig.frontEnd()).reconnect();
                rig.driver().restart();
                assertThat(disk.read(0, 8)).isEqualTo(data);
                disk.revalidate();
                assertThat(disk.writeCache()).as("nothing weakens over a reconnect").isFalse();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyQueueSizeWorks(Attachment attachment) throws Exception {
        // A packed ring need be no power of two.
        for (int size : new int[] {4, 128, attachment.packed() ? 1000 : 512, 1024}) {
            try (Rig rig = Rig.start(attachment, smallEnough(size))) {
                ScsiDisk disk = rig.disk(0);
                byte[] data = Patterns.random(size, 4096);
                disk.write(0, data);
                assertThat(disk.read(0, 8)).isEqualTo(data);
            }
        }
    }

    private static DriverOptions smallEnough(int queueSize) {
        DriverOptions options = DriverOptions.DEFAULT.withQueueSize(queueSize);
        return options.withEventBuffers(Math.min(options.eventBuffers(), queueSize));
    }
}
