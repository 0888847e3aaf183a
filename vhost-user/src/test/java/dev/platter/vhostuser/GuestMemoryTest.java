package dev.platter.vhostuser;

import static dev.platter.vhostuser.RawFrontEnd.concat;
import static dev.platter.vhostuser.RawFrontEnd.ints;
import static dev.platter.vhostuser.RawFrontEnd.longs;
import static dev.platter.vhostuser.TestGuest.GUEST_ADDRESS;
import static dev.platter.vhostuser.TestGuest.SIZE_BYTES;
import static dev.platter.vhostuser.TestGuest.USER_ADDRESS;
import static dev.platter.vhostuser.TestGuest.region;
import static dev.platter.vhostuser.TestGuest.slot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.linux.Descriptors;
import dev.platter.linux.Memory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The guest's memory comes, changes and goes, also under running queues. */
class GuestMemoryTest extends ServedDevice {
    private static final int QUEUES = EchoDevice.QUEUES;
    private static final long FAR = 0x40_0000_0000L;

    @Test
    void tableChangesUnderARunningQueue() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            int more = Memory.memfd("more", 8192);
            byte[] table =
                    concat(
                            concat(ints(2, 0), region(FAR, 8192, FAR, 0)),
                            region(GUEST_ADDRESS, SIZE_BYTES, USER_ADDRESS, 0));
            for (int i = 0; i < 20; i++) {
                guest.kick(2);
                frontEnd.set(RawFrontEnd.SET_MEM_TABLE, table, more, guest.memfd);
                assertThat(device.queue(2).memory().regionCount()).isEqualTo(2);
                guest.kick(2);
                frontEnd.set(RawFrontEnd.SET_MEM_TABLE, TestGuest.memoryTable(), guest.memfd);
                assertThat(device.queue(2).memory().regionCount()).isEqualTo(1);
            }
            Await.until("all requests are used", () -> guest.used(2) == 40);
            assertThat(guest.echoes(2)).isEqualTo(40);
            assertThat(device.memoryChanges.get() + device.starts.size())
                    .as("moved, or stopped and started")
                    .isEqualTo(41);
            assertThat(mappings()).isEqualTo(2);
            Descriptors.close(more);
        }
    }

    /** How often this process maps the guest's memory; once by the test itself. */
    private static long mappings() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.contains("/memfd:guest"))
                .count();
    }

    @Test
    void idleQueueMovesWithoutBeingStopped() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            guest.roundTrip(2);
            frontEnd.set(RawFrontEnd.SET_MEM_TABLE, TestGuest.memoryTable(), guest.memfd);
            guest.roundTrip(2);
            assertThat(device.starts).hasSize(1);
            assertThat(device.memoryChanges).hasValue(1);
            assertThat(mappings()).isEqualTo(2);
        }
    }

    @Test
    void busyQueueIsDrainedAndStartedAnew() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            device.holding = true;
            guest.kick(2);
            Await.until("in flight", () -> device.held() == 1);
            guest.makeAvailable(2);
            frontEnd.send(
                    RawFrontEnd.SET_MEM_TABLE,
                    RawFrontEnd.NEED_REPLY,
                    TestGuest.memoryTable(),
                    guest.memfd);
            device.releaseByWake();
            assertThat(frontEnd.reply(RawFrontEnd.SET_MEM_TABLE).getLong()).isZero();
            Await.until("both are used", () -> guest.used(2) == 2);
            guest.roundTrip(2);
            assertThat(guest.echoes(2)).isEqualTo(3);
        }
    }

    @Test
    void oldMemoryStaysMappedWhileRequestsAreInFlight() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            device.holding = true;
            guest.kick(2);
            Await.until("in flight", () -> device.held() == 1);
            frontEnd.send(RawFrontEnd.SET_MEM_TABLE, RawFrontEnd.NEED_REPLY, ints(0, 0));
            guest.expectUntouched(2, 0);
            device.release();
            assertThat(frontEnd.reply(RawFrontEnd.SET_MEM_TABLE).getLong()).isZero();
            assertThat(guest.used(2)).isEqualTo(1);
            assertThat(guest.echoes(2)).isEqualTo(1);
            assertThat(mappings()).isEqualTo(1);
        }
    }

    @Test
    void queueRestsWhileItsMemoryIsAway() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = connect(guest)) {
            frontEnd.acknowledged = true;
            frontEnd.set(RawFrontEnd.SET_FEATURES, longs(FEATURES));
            byte[] whole = slot(GUEST_ADDRESS, SIZE_BYTES, USER_ADDRESS, 0);
            frontEnd.set(RawFrontEnd.ADD_MEM_REG, whole, guest.memfd);
            guest.setUp(frontEnd, 2, 0);
            enable(frontEnd, 2, true);
            guest.roundTrip(2);
            frontEnd.set(RawFrontEnd.REM_MEM_REG, whole);
            assertThat(device.open).hasValue(0);
            assertThat(mappings()).isEqualTo(1);
            guest.kick(2);
            // It comes back in two halves, as a front-end does that has split it.
            long half = SIZE_BYTES / 2;
            frontEnd.set(
                    RawFrontEnd.ADD_MEM_REG,
                    slot(GUEST_ADDRESS + half, half, USER_ADDRESS + half, half),
                    guest.memfd);
            guest.expectUntouched(2, 1);
            frontEnd.set(
                    RawFrontEnd.ADD_MEM_REG,
                    slot(GUEST_ADDRESS, half, USER_ADDRESS, 0),
                    guest.memfd);
            Await.until("the request is used", () -> guest.used(2) == 2);
            // Some front-ends send the descriptor along when they remove a region.
            frontEnd.set(
                    RawFrontEnd.REM_MEM_REG,
                    slot(GUEST_ADDRESS + half, half, USER_ADDRESS + half, 0),
                    guest.memfd);
            guest.roundTrip(2);
        }
    }

    @Test
    void regionMayStartAnywhereInItsFile() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = connect(guest)) {
            frontEnd.acknowledged = true;
            frontEnd.set(RawFrontEnd.SET_FEATURES, longs(FEATURES));
            // The region begins within a page, and the queue's addresses with it.
            frontEnd.set(
                    RawFrontEnd.SET_MEM_TABLE,
                    concat(
                            ints(1, 0),
                            region(
                                    GUEST_ADDRESS + 0x630,
                                    SIZE_BYTES - 0x630,
                                    USER_ADDRESS + 0x630,
                                    0x630)),
                    guest.memfd);
            guest.setUp(frontEnd, 2, 0);
            enable(frontEnd, 2, true);
            guest.roundTrip(2);
            assertThat(guest.echoes(2)).isEqualTo(1);
        }
    }

    @Test
    void impossibleRegionsAreRefusedAndChangeNothing() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            guest.roundTrip(2);
            refuse(frontEnd, guest, slot(FAR, 0, FAR, 0));
            refuse(frontEnd, guest, slot(FAR, -4096, FAR, 0));
            refuse(frontEnd, guest, slot(-4096, 8192, FAR, 0));
            refuse(frontEnd, guest, slot(FAR, 8192, -4096, 0));
            refuse(frontEnd, guest, slot(FAR, 8192, FAR, -4096));
            refuse(frontEnd, guest, slot(FAR, 8192, FAR, Long.MAX_VALUE & -4096));
            refuse(frontEnd, guest, slot(FAR, SIZE_BYTES + 1, FAR, 0));
            refuse(frontEnd, guest, slot(FAR, SIZE_BYTES, FAR, 4096));
            refuse(frontEnd, guest, slot(GUEST_ADDRESS + SIZE_BYTES - 1, 4096, FAR, 0));
            refuse(frontEnd, guest, slot(GUEST_ADDRESS - 4096, 8192, FAR, 0));
            refuse(frontEnd, guest, slot(FAR, 4096, USER_ADDRESS, 0));
            assertThat(
                            frontEnd.acknowledgement(
                                    RawFrontEnd.REM_MEM_REG,
                                    slot(GUEST_ADDRESS, SIZE_BYTES - 1, USER_ADDRESS, 0)))
                    .isNotZero();
            assertThat(device.starts).hasSize(1);
            guest.roundTrip(2);
        }
    }

    private static void refuse(RawFrontEnd frontEnd, TestGuest guest, byte[] payload) {
        assertThat(frontEnd.acknowledgement(RawFrontEnd.ADD_MEM_REG, payload, guest.memfd))
                .isNotZero();
    }

    @Test
    void tableWithOneImpossibleRegionIsRefusedWhole() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            byte[] table =
                    concat(
                            concat(ints(2, 0), region(FAR, 8192, FAR, 0)),
                            region(FAR + 4096, 8192, 2 * FAR, 0));
            assertThat(
                            frontEnd.acknowledgement(
                                    RawFrontEnd.SET_MEM_TABLE, table, guest.memfd, guest.memfd))
                    .isNotZero();
            assertThat(mappings()).isEqualTo(2);
            guest.roundTrip(2);
            frontEnd.send(
                    RawFrontEnd.SET_MEM_TABLE,
                    RawFrontEnd.VERSION,
                    table,
                    guest.memfd,
                    guest.memfd);
            frontEnd.expectClosed();
        }
    }

    @Test
    void slotsAreLimited() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = connect(guest)) {
            for (int i = 0; i < 509; i++) {
                long at = FAR + i * 8192L;
                assertThat(
                                frontEnd.acknowledgement(
                                        RawFrontEnd.ADD_MEM_REG,
                                        slot(at, 4096, at, 0),
                                        guest.memfd))
                        .isZero();
            }
            refuse(frontEnd, guest, slot(2 * FAR, 4096, 2 * FAR, 0));
        }
    }

    @Test
    void descriptorOfSomethingThatCannotBeMappedIsRefused() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = connect(guest)) {
            assertThat(
                            frontEnd.acknowledgement(
                                    RawFrontEnd.ADD_MEM_REG,
                                    slot(FAR, 4096, FAR, 0),
                                    guest.kicks[0].fd()))
                    .isNotZero();
        }
    }
}
