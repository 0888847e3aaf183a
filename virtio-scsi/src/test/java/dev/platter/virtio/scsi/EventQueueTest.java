package dev.platter.virtio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.virtio.scsi.GuestRing.Piece;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventQueueTest {
    private static final int CAPACITY_CHANGED = 0x092a;

    private Rig rig;

    @BeforeEach
    void start() {
        rig = new Rig();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private static long offerBuffer(Driver driver, int lengthBytes) {
        long address = driver.memory.allocate(16, 8);
        driver.ring.offer(List.of(new Piece(address, lengthBytes, true)));
        return address;
    }

    private ByteBuffer event(long address) {
        return ByteBuffer.wrap(rig.memory.read(address, 16)).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void capacityChangeReachesADriverThatListens() {
        Driver driver = rig.events(Rig.FEATURES | VirtioScsi.F_CHANGE);
        long buffer = offerBuffer(driver, 16);
        driver.run();
        assertThat(driver.ring.usedIdx()).isZero();
        assertThat(driver.handler.enableKicks()).isTrue();

        ((EventQueueHandler) driver.handler).capacityChanged(Rig.OTHER_TARGET, Rig.OTHER_LUN);
        assertThat(driver.wakes).hasValue(1);
        assertThat(driver.handler.enableKicks()).isFalse();
        driver.run();

        assertThat(event(buffer).getInt(0)).isEqualTo(VirtioScsi.T_PARAM_CHANGE);
        assertThat(rig.memory.read(buffer + 4, 8)).containsExactly(1, 3, 0x41, 44, 0, 0, 0, 0);
        assertThat(event(buffer).getInt(12)).isEqualTo(CAPACITY_CHANGED);
        assertThat(driver.ring.takeUsed().writtenBytes()).isEqualTo(16);
        assertThat(driver.calls).hasValue(1);
        assertThat(driver.handler.inFlight()).isZero();
    }

    @Test
    void lowLunHasThePeripheralForm() {
        Driver driver = rig.events(Rig.FEATURES | VirtioScsi.F_CHANGE);
        long buffer = offerBuffer(driver, 16);
        ((EventQueueHandler) driver.handler).capacityChanged(0, 0);
        driver.run();

        assertThat(rig.memory.read(buffer + 4, 8)).containsExactly(1, 0, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void driverThatDidNotNegotiateTheFeatureIsLeftAlone() {
        Driver driver = rig.events(Rig.FEATURES | VirtioScsi.F_HOTPLUG);
        offerBuffer(driver, 16);
        ((EventQueueHandler) driver.handler).capacityChanged(0, 0);
        driver.run();

        assertThat(driver.ring.usedIdx()).isZero();
        assertThat(driver.wakes).hasValue(0);
    }

    @Test
    void addedUnitIsToldOnlyWithHotplug() {
        Driver driver = rig.events(Rig.FEATURES | VirtioScsi.F_HOTPLUG);
        long buffer = offerBuffer(driver, 16);
        ((EventQueueHandler) driver.handler).raise(VirtioScsi.T_TRANSPORT_RESET, 0, 0, 1);
        driver.run();

        assertThat(event(buffer).getInt(0)).isEqualTo(VirtioScsi.T_TRANSPORT_RESET);
        assertThat(event(buffer).getInt(12)).isEqualTo(1);
    }

    @Test
    void driverWithoutBuffersLearnsThatItMissedSomethingWhenItRefills() {
        Driver driver = rig.events(Rig.FEATURES | VirtioScsi.F_CHANGE);
        ((EventQueueHandler) driver.handler).capacityChanged(0, 0);
        driver.run();
        assertThat(driver.handler.enableKicks()).isTrue();

        long buffer = offerBuffer(driver, 16);
        assertThat(driver.handler.enableKicks()).isFalse();
        driver.run();
        assertThat(event(buffer).getInt(0)).isEqualTo(VirtioScsi.T_EVENTS_MISSED);

        long next = offerBuffer(driver, 16);
        driver.run();
        assertThat(driver.ring.usedIdx()).isEqualTo(1);
        ((EventQueueHandler) driver.handler).capacityChanged(0, 0);
        driver.run();
        assertThat(event(next).getInt(0)).isEqualTo(VirtioScsi.T_PARAM_CHANGE);
    }

    @Test
    void nextEventCarriesTheMissedBit() {
        Driver driver = rig.events(Rig.FEATURES | VirtioScsi.F_CHANGE);
        ((EventQueueHandler) driver.handler).capacityChanged(0, 0);
        driver.run();
        ((EventQueueHandler) driver.handler).capacityChanged(0, 0);
        long buffer = offerBuffer(driver, 16);
        driver.run();

        assertThat(event(buffer).getInt(0))
                .isEqualTo(VirtioScsi.T_EVENTS_MISSED | VirtioScsi.T_PARAM_CHANGE);
        assertThat(driver.ring.usedIdx()).isEqualTo(1);
    }

    @Test
    void bufferTooSmallForAnEventBreaksTheQueue() {
        Driver driver = rig.events(Rig.FEATURES | VirtioScsi.F_CHANGE);
        offerBuffer(driver, 15);
        ((EventQueueHandler) driver.handler).capacityChanged(0, 0);
        driver.run();

        assertThat(driver.handler.broken()).isTrue();
        assertThat(driver.ring.usedIdx()).isZero();
        assertThat(driver.handler.enableKicks()).isTrue();
    }

    @Test
    void eventRaisedWhenTheQueueIsClosedIsNobodys() {
        Driver driver = rig.events(Rig.FEATURES | VirtioScsi.F_CHANGE);
        driver.handler.stopTaking();
        driver.handler.close();
        rig.targets.units().getFirst().unit().capacityChanged(Rig.DISK_BYTES / 2);

        assertThat(driver.wakes).hasValue(0);
    }
}
