package dev.platter.virtio.scsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.platter.scsi.InitiatorPort;
import dev.platter.scsi.LogicalUnit;
import dev.platter.scsi.LogicalUnitOptions;
import dev.platter.virtio.scsi.GuestRing.Piece;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Units that come, go and grow while a driver uses the device. */
class LiveTargetsTest {
    private static final int TARGET = 7;
    private static final int LUN = 1;
    private static final int GOOD = 0;
    private static final int POWER_ON = 0x62900;
    private static final int CAPACITY_CHANGED = 0x62a09;
    private static final int LUNS_CHANGED = 0x63f0e;
    private static final int NOT_SUPPORTED = 0x52500;
    private static final int TARGET_FAILURE = 0x44400;
    private static final int OUT_OF_RANGE = 0x52100;
    private static final byte[] READ_CAPACITY = {0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    private static final byte[] REPORT_LUNS = {(byte) 0xa0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0};

    private Rig rig;
    private MemoryDisk disk;
    private LogicalUnit unit;
    private Driver driver;

    @BeforeEach
    void start() {
        rig = new Rig();
        disk = new MemoryDisk(rig.arena, Rig.DISK_BYTES);
        unit = new LogicalUnit(disk, LogicalUnitOptions.builder().build());
        driver = rig.requests();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private Request send(byte[] cdb, int dataInBytes) {
        return driver.send(TARGET, LUN, 1, cdb, new byte[0], dataInBytes);
    }

    private Request run(byte[] cdb, int dataInBytes) {
        Request request = send(cdb, dataInBytes);
        driver.run();
        return request;
    }

    private void attach() {
        rig.targets.attach(TARGET, LUN, unit);
        driver.run();
        assertThat(run(Cdbs.TEST_UNIT_READY, 0).sense()).isEqualTo(POWER_ON);
    }

    @Test
    void attachedUnitAnswersOnAQueueThatRuns() {
        assertThat(run(Cdbs.TEST_UNIT_READY, 0).code()).isEqualTo(VirtioScsi.S_BAD_TARGET);
        int wakes = driver.wakes.get();
        assertThat(driver.handler.enableKicks()).isTrue();

        rig.targets.attach(TARGET, LUN, unit);

        assertThat(driver.wakes).hasValue(wakes + 1);
        assertThat(driver.handler.enableKicks()).isFalse();
        assertThat(run(Cdbs.TEST_UNIT_READY, 0).sense()).isEqualTo(POWER_ON);
        assertThat(run(Cdbs.read10(0, 1), 512).status()).isEqualTo(GOOD);
        assertThat(rig.targets.units()).hasSize(3);
    }

    @Test
    void idleQueueLetsGoOfADetachedUnit() {
        attach();
        CompletableFuture<LogicalUnit> left = rig.targets.detach(TARGET, LUN);
        assertThat(left).isNotDone();
        assertThat(driver.handler.enableKicks()).isFalse();

        driver.handler.process();

        assertThat(left).isCompletedWithValue(unit);
        assertThat(driver.handler.enableKicks()).isTrue();
        assertThat(run(Cdbs.TEST_UNIT_READY, 0).code()).isEqualTo(VirtioScsi.S_BAD_TARGET);
    }

    @Test
    void queueThatClosesLetsGoAsWell() {
        attach();
        CompletableFuture<LogicalUnit> left = rig.targets.detach(TARGET, LUN);
        driver.handler.stopTaking();
        driver.handler.close();

        assertThat(left).isCompletedWithValue(unit);
    }

    @Test
    void commandsInFlightOfADetachedUnitAreGivenUpAndOthersRun() {
        attach();
        disk.held = true;
        disk.cancels = tag -> true;
        Request lost = send(Cdbs.read10(0, 1), 512);
        rig.disk.held = true;
        Request other = driver.read(Cdbs.read10(0, 1), 512);
        driver.handler.process();

        CompletableFuture<LogicalUnit> left = rig.targets.detach(TARGET, LUN);
        driver.handler.process();

        assertThat(left).isCompletedWithValue(unit);
        assertThat(lost.code()).isEqualTo(VirtioScsi.S_BAD_TARGET);
        assertThat(driver.handler.inFlight()).isEqualTo(1);
        rig.disk.held = false;
        driver.run();
        assertThat(other.code()).isEqualTo(VirtioScsi.S_OK);
        assertThat(other.status()).isEqualTo(GOOD);
    }

    @Test
    void whatTheHostDoesNotLetGoOfIsWaitedFor() {
        attach();
        disk.held = true;
        Request kept = send(Cdbs.read10(0, 1), 512);
        driver.handler.process();

        CompletableFuture<LogicalUnit> left = rig.targets.detach(TARGET, LUN);
        driver.handler.process();
        assertThat(left).isNotDone();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rig.targets.attach(TARGET, LUN, unit))
                .withMessage("the disk is still being detached");

        disk.held = false;
        driver.run();
        assertThat(left).isCompletedWithValue(unit);
        assertThat(kept.status()).isEqualTo(GOOD);
    }

    @Test
    void unitThatReplacesAnotherInItsPlaceGetsNoneOfItsCommands() {
        attach();
        disk.held = true;
        Request kept = send(Cdbs.read10(0, 1), 512);
        driver.handler.process();
        CompletableFuture<LogicalUnit> left = rig.targets.detach(TARGET, LUN);
        MemoryDisk newDisk = new MemoryDisk(rig.arena, Rig.DISK_BYTES);
        rig.targets.attach(
                TARGET, LUN, new LogicalUnit(newDisk, LogicalUnitOptions.builder().build()));
        Driver control = rig.control();
        control.manage(VirtioScsi.TMF_ABORT_TASK, TARGET, LUN, 1);
        control.run();
        driver.run();
        assertThat(left).isNotDone();

        disk.held = false;
        driver.run();
        control.run();
        assertThat(left).isCompletedWithValue(unit);
        assertThat(kept.status()).isEqualTo(GOOD);
        assertThat(control.ring.usedIdx()).isEqualTo(1);
        assertThat(run(Cdbs.TEST_UNIT_READY, 0).sense()).isEqualTo(POWER_ON);
        assertThat(run(Cdbs.read10(0, 1), 512).status()).isEqualTo(GOOD);
        assertThat(newDisk.carriedOut).hasValue(1);
    }

    @Test
    void everyDeviceOfTheGroupLetsGo() {
        attach();
        VirtioScsiDevice second =
                new VirtioScsiDevice(rig.targets, 1, new InitiatorPort("second"), rig.group);
        Driver other = new Driver(second, rig.memory, 2, 16, Rig.FEATURES);
        CompletableFuture<LogicalUnit> left = rig.targets.detach(TARGET, LUN);
        driver.run();
        assertThat(left).isNotDone();
        other.run();
        assertThat(left).isCompletedWithValue(unit);
    }

    @Test
    void unitWhoseQueueTheHostRefusesFailsAndTheOthersRun() {
        disk.refusesQueues = true;
        rig.targets.attach(TARGET, LUN, unit);
        assertThat(run(Cdbs.TEST_UNIT_READY, 0).sense()).isEqualTo(TARGET_FAILURE);
        Request other = driver.read(Cdbs.read10(0, 1), 512);
        driver.run();
        assertThat(other.status()).isEqualTo(GOOD);
        assertThat(rig.targets.detach(TARGET, LUN)).isCompletedWithValue(unit);
    }

    @Test
    void otherUnitsOfTheTargetReportTheChangedInventory() {
        attach();
        LogicalUnit third =
                new LogicalUnit(
                        new MemoryDisk(rig.arena, Rig.DISK_BYTES),
                        LogicalUnitOptions.builder().build());
        rig.targets.attach(TARGET, LUN + 1, third);
        assertThat(run(Cdbs.TEST_UNIT_READY, 0).sense()).isEqualTo(LUNS_CHANGED);
        assertThat(ByteBuffer.wrap(run(REPORT_LUNS, 256).data()).getInt()).isEqualTo(24);

        assertThat(rig.targets.detach(TARGET, LUN + 1)).isNotDone();
        assertThat(run(Cdbs.TEST_UNIT_READY, 0).sense()).isEqualTo(LUNS_CHANGED);
        assertThat(ByteBuffer.wrap(run(REPORT_LUNS, 256).data()).getInt()).isEqualTo(16);
        Request gone = driver.send(TARGET, LUN + 1, 1, Cdbs.TEST_UNIT_READY, new byte[0], 0);
        driver.run();
        assertThat(gone.sense()).isEqualTo(NOT_SUPPORTED);
    }

    @Test
    void newCapacityIsReportedAndHeldTo() {
        attach();
        int half = Rig.DISK_BYTES / 2;
        unit.capacityChanged(half);
        assertThat(run(Cdbs.TEST_UNIT_READY, 0).sense()).isEqualTo(CAPACITY_CHANGED);
        assertThat(ByteBuffer.wrap(run(READ_CAPACITY, 8).data()).getInt())
                .isEqualTo(half / 512 - 1);
        assertThat(run(Cdbs.read10(half / 512, 1), 512).sense()).isEqualTo(OUT_OF_RANGE);
        unit.capacityChanged(Rig.DISK_BYTES);
        assertThat(run(Cdbs.TEST_UNIT_READY, 0).sense()).isEqualTo(CAPACITY_CHANGED);
        assertThat(run(Cdbs.read10(half / 512, 1), 512).status()).isEqualTo(GOOD);
        assertThatIllegalArgumentException().isThrownBy(() -> unit.capacityChanged(513));
        assertThatIllegalArgumentException().isThrownBy(() -> unit.capacityChanged(0));
        assertThat(run(Cdbs.TEST_UNIT_READY, 0).status()).isEqualTo(GOOD);
    }

    @Test
    void driverIsSentWhatHappened() {
        Driver events = rig.events(Rig.FEATURES | VirtioScsi.F_HOTPLUG | VirtioScsi.F_CHANGE);
        long[] buffers = new long[3];
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = rig.memory.allocate(16, 8);
            events.ring.offer(List.of(new Piece(buffers[i], 16, true)));
        }
        rig.targets.attach(TARGET, LUN, unit);
        unit.capacityChanged(Rig.DISK_BYTES / 2);
        CompletableFuture<LogicalUnit> left = rig.targets.detach(TARGET, LUN);
        events.run();

        assertEvent(buffers[0], VirtioScsi.T_TRANSPORT_RESET, VirtioScsi.EVT_RESET_RESCAN);
        assertEvent(buffers[1], VirtioScsi.T_PARAM_CHANGE, 0x092a);
        assertEvent(buffers[2], VirtioScsi.T_TRANSPORT_RESET, VirtioScsi.EVT_RESET_REMOVED);
        assertThat(left).isCompletedWithValue(unit);
    }

    private void assertEvent(long buffer, int event, int reason) {
        ByteBuffer bytes =
                ByteBuffer.wrap(rig.memory.read(buffer, 16)).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.getInt(0)).isEqualTo(event);
        assertThat(rig.memory.read(buffer + 4, 8)).containsExactly(1, TARGET, 0, LUN, 0, 0, 0, 0);
        assertThat(bytes.getInt(12)).isEqualTo(reason);
    }

    @Test
    void whatHappensWhileTheEventQueueIsStoppedIsMissed() {
        long features = Rig.FEATURES | VirtioScsi.F_HOTPLUG;
        Driver events = rig.events(features);
        events.handler.stopTaking();
        events.handler.close();
        rig.targets.attach(TARGET, LUN, unit);

        Driver again = rig.events(features);
        long buffer = rig.memory.allocate(16, 8);
        again.ring.offer(List.of(new Piece(buffer, 16, true)));
        again.run();
        assertThat(
                        ByteBuffer.wrap(rig.memory.read(buffer, 4))
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .getInt())
                .isEqualTo(VirtioScsi.T_EVENTS_MISSED);
    }

    @Test
    void newDriverLooksForItself() {
        long features = Rig.FEATURES | VirtioScsi.F_HOTPLUG;
        Driver events = rig.events(features);
        events.handler.stopTaking();
        events.handler.close();
        rig.targets.attach(TARGET, LUN, unit);
        rig.device.reset();

        Driver again = rig.events(features);
        again.ring.offer(List.of(new Piece(rig.memory.allocate(16, 8), 16, true)));
        again.run();
        assertThat(again.ring.usedIdx()).isZero();
    }

    @Test
    void takenPlaceAndAttachedUnitAreRefused() {
        attach();
        LogicalUnit other = new LogicalUnit(disk, LogicalUnitOptions.builder().build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rig.targets.attach(TARGET, LUN, other))
                .withMessage("target=7,lun=1 has a disk already");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rig.targets.attach(TARGET, LUN + 1, unit))
                .withMessage("the disk is attached already, as target=7,lun=1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rig.targets.attach(256, 0, other))
                .withMessage("target=256 is not between 0 and 255");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rig.targets.detach(TARGET, LUN + 1))
                .withMessage("target=7,lun=2 has no disk");
    }

    @Test
    void unitThatHasLeftMayComeBack() {
        attach();
        CompletableFuture<LogicalUnit> left = rig.targets.detach(TARGET, LUN);
        driver.run();
        assertThat(left).isCompletedWithValue(unit);
        rig.targets.attach(TARGET, LUN, unit);
        assertThat(run(Cdbs.read10(0, 1), 512).status()).isEqualTo(GOOD);
    }
}
