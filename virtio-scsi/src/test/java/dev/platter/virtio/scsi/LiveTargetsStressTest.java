package dev.platter.virtio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.scsi.InitiatorPort;
import dev.platter.scsi.LogicalUnit;
import dev.platter.scsi.LogicalUnitOptions;
import dev.platter.scsi.ScsiTargets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/**
 * Units come, go and change their capacity while two queues of each of two devices work with them
 * and with one that stays, and stop and start again. {@code -Dplatter.test.seed} repeats a run.
 */
class LiveTargetsStressTest {
    private static final int CHANGES = 3_000;
    private static final int HOT_TARGET = 5;
    private static final int HOT_LUNS = 2;
    private static final int BLOCK = 512;
    private static final int FIRST_QUEUE = 2;
    private static final int GOOD = 0;

    private final AtomicInteger hotReads = new AtomicInteger();
    private volatile boolean stopped;

    @RepeatedTest(2)
    void unitsComeAndGoUnderLoad(RepetitionInfo info) throws Exception {
        long seed =
                Long.getLong("platter.test.seed", System.nanoTime() + info.getCurrentRepetition());
        System.out.println("seed " + seed);
        try (Rig rig = new Rig();
                ExecutorService owners = Executors.newCachedThreadPool()) {
            VirtioScsiDevice second =
                    new VirtioScsiDevice(rig.targets, 2, new InitiatorPort("second"), rig.group);
            List<Future<Integer>> ends = new ArrayList<>();
            int region = 0;
            for (VirtioScsiDevice device : List.of(rig.device, second)) {
                for (int index = FIRST_QUEUE; index < FIRST_QUEUE + 2; index++) {
                    Load load = new Load(rig, device, index, region++, new Random(seed + region));
                    ends.add(owners.submit(load::run));
                }
            }
            try {
                change(rig, new Random(seed));
            } finally {
                stopped = true;
            }
            for (Future<Integer> end : ends) {
                assertThat(end.get(1, TimeUnit.MINUTES)).as("rounds").isPositive();
            }
            assertThat(hotReads).as("reads of units that come and go").hasPositiveValue();
            assertThat(rig.disk.openQueues).hasValue(0);
            assertThat(rig.otherDisk.openQueues).hasValue(0);
        }
    }

    private record Hot(MemoryDisk disk, LogicalUnit unit) {}

    private record Left(CompletableFuture<LogicalUnit> future, MemoryDisk disk) {}

    private static void change(Rig rig, Random random) throws Exception {
        ScsiTargets targets = rig.targets;
        Map<Integer, Hot> attached = new TreeMap<>();
        List<Left> leaving = new ArrayList<>();
        for (int i = 0; i < CHANGES; i++) {
            int lun = random.nextInt(HOT_LUNS);
            Hot hot = attached.get(lun);
            if (hot == null) {
                MemoryDisk disk = new MemoryDisk(rig.arena, 4 * BLOCK);
                disk.cancels = tag -> tag % 2 == 0;
                disk.refusesQueues = random.nextInt(8) == 0;
                LogicalUnit unit = new LogicalUnit(disk, LogicalUnitOptions.builder().build());
                targets.attach(HOT_TARGET, lun, unit);
                attached.put(lun, new Hot(disk, unit));
            } else if (random.nextBoolean()) {
                hot.unit.capacityChanged((1 + random.nextInt(4)) * (long) BLOCK);
            } else {
                leaving.add(new Left(targets.detach(HOT_TARGET, lun), hot.disk));
                attached.remove(lun);
            }
            if (random.nextInt(4) == 0) {
                LockSupport.parkNanos(random.nextInt(200_000));
            }
        }
        for (int lun : attached.keySet()) {
            leaving.add(new Left(targets.detach(HOT_TARGET, lun), attached.get(lun).disk));
        }
        for (Left left : leaving) {
            assertThat(left.future.get(1, TimeUnit.MINUTES)).isNotNull();
            assertThat(left.disk.openQueues).hasValue(0);
        }
        assertThat(targets.units()).hasSize(2);
    }

    /** A queue's driver and owner in one thread. */
    private final class Load {
        private final Rig rig;
        private final VirtioScsiDevice device;
        private final int index;
        private final Random random;
        private final Driver.Parts write;
        private final Request written;
        private final Request read;
        private final List<Request> hot = new ArrayList<>();
        private Driver driver;

        Load(Rig rig, VirtioScsiDevice device, int index, int region, Random random) {
            this.rig = rig;
            this.device = device;
            this.index = index;
            this.random = random;
            driver = new Driver(device, rig.memory, index, 64, Rig.FEATURES);
            Request first = driver.send(Cdbs.TEST_UNIT_READY);
            driver.run();
            assertThat(first.code()).isEqualTo(VirtioScsi.S_OK);
            driver.ring.takeUsed();
            byte[] cdb = Cdbs.write10(region, 1);
            write = driver.parts(Request.header(0, 0, 1, cdb), new byte[BLOCK], 0);
            written = write.sent(driver.ring.offer(write.pieces()));
            read = driver.read(Cdbs.read10(region, 1), BLOCK);
            for (int lun = 0; lun < HOT_LUNS; lun++) {
                hot.add(driver.send(HOT_TARGET, lun, 2, Cdbs.read10(0, 1), new byte[0], BLOCK));
            }
            driver.run();
        }

        int run() {
            int rounds = 0;
            collect();
            while (!stopped) {
                byte[] data = new byte[BLOCK];
                random.nextBytes(data);
                rig.memory.write(write.pieces().get(1).address(), data);
                hot.forEach(request -> driver.ring.makeAvailable(request.head()));
                driver.ring.makeAvailable(written.head());
                collect();
                assertThat(written.code()).isEqualTo(VirtioScsi.S_OK);
                assertThat(written.status()).isEqualTo(GOOD);
                driver.ring.makeAvailable(read.head());
                hot.forEach(request -> driver.ring.makeAvailable(request.head()));
                collect();
                assertThat(read.status()).isEqualTo(GOOD);
                assertThat(read.data()).isEqualTo(data);
                for (Request request : hot) {
                    assertThat(request.code()).isIn(VirtioScsi.S_OK, VirtioScsi.S_BAD_TARGET);
                    if (request.code() == VirtioScsi.S_OK && request.status() == GOOD) {
                        hotReads.incrementAndGet();
                    }
                }
                if (random.nextInt(16) == 0) {
                    restart();
                }
                rounds++;
            }
            end();
            return rounds;
        }

        private void collect() {
            long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
            while (driver.ring.usedIdx() != driver.ring.availIdx()) {
                driver.handler.process();
                assertThat(System.nanoTime()).as("a command hangs").isLessThan(deadline);
            }
        }

        private void restart() {
            end();
            driver =
                    new Driver(
                            device,
                            rig.memory,
                            driver.ring,
                            index,
                            Rig.FEATURES,
                            driver.handler.nextAvail());
        }

        private void end() {
            driver.handler.stopTaking();
            driver.run();
            assertThat(driver.handler.broken()).isFalse();
            driver.handler.close();
        }
    }
}
