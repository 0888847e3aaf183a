package dev.platter.vhostuser;

import static dev.platter.vhostuser.RawFrontEnd.NO_FD;
import static dev.platter.vhostuser.RawFrontEnd.ints;
import static dev.platter.vhostuser.RawFrontEnd.longs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.linux.Descriptors;
import dev.platter.linux.EventFd;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** When a queue runs, when it rests, and what becomes of its requests in between. */
class VringLifeTest extends ServedDevice {
    private static final int QUEUES = EchoDevice.QUEUES;

    @Test
    void disabledQueueLeavesItsRingAloneUntilEnabled() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            enable(frontEnd, 2, false);
            guest.kick(2);
            guest.kick(2);
            frontEnd.barrier();
            guest.expectUntouched(2, 0);
            enable(frontEnd, 2, true);
            Await.until("both requests are used", () -> guest.used(2) == 2);
        }
    }

    @Test
    void requestsMadeAvailableBeforeTheStartNeedNoKick() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES)) {
            guest.makeAvailable(2);
            try (RawFrontEnd frontEnd = start(guest)) {
                Await.until("the request is used", () -> guest.used(2) == 1);
                frontEnd.barrier();
            }
        }
    }

    @Test
    void stopAnswersOnlyWhenNothingIsInFlight() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            device.holding = true;
            guest.kick(2);
            guest.kick(2);
            Await.until("both are in flight", () -> device.held() == 2);
            CompletableFuture<Integer> base =
                    CompletableFuture.supplyAsync(() -> frontEnd.stopVring(2));
            guest.makeAvailable(2);
            guest.expectUntouched(2, 0);
            assertThat(base).isNotDone();
            device.release();
            int stoppedAt = base.get();
            assertThat(guest.used(2)).isEqualTo(stoppedAt);
            // Whether the third was taken is a race; after a restart it is done in any case.
            guest.setUp(frontEnd, 2, stoppedAt);
            Await.until("all are used", () -> guest.used(2) == 3);
            assertThat(guest.echoes(2)).isEqualTo(3);
        }
    }

    @Test
    void ownerWakesForCompletionsAndForWakeUps() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            for (Runnable release : List.<Runnable>of(device::release, device::releaseByWake)) {
                int before = guest.used(2);
                device.holding = true;
                guest.kick(2);
                Await.until("in flight", () -> device.held() == 1);
                release.run();
                Await.until("the request is used", () -> guest.used(2) == before + 1);
            }
            frontEnd.barrier();
        }
    }

    @Test
    void stoppedQueueForgetsItsKick() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            guest.roundTrip(2);
            assertThat(frontEnd.stopVring(2)).isEqualTo(1);
            enable(frontEnd, 2, true);
            guest.kick(2);
            frontEnd.barrier();
            guest.expectUntouched(2, 1);
            assertThat(device.starts).hasSize(1);
            frontEnd.set(RawFrontEnd.SET_VRING_KICK, longs(2), guest.kicks[2].fd());
            Await.until("the request is used", () -> guest.used(2) == 2);
        }
    }

    @Test
    void positionsWrapAtSixteenBits() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = connect(guest)) {
            negotiate(frontEnd, guest);
            guest.startAt(2, 0xffff);
            guest.setUp(frontEnd, 2, 0xffff);
            enable(frontEnd, 2, true);
            guest.roundTrip(2);
            guest.roundTrip(2);
            assertThat(frontEnd.stopVring(2)).isEqualTo(1);
        }
    }

    @Test
    void newSizeOrPositionWaitsForANewKick() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            guest.roundTrip(2);
            frontEnd.set(RawFrontEnd.SET_VRING_NUM, ints(2, TestGuest.ENTRIES));
            assertThat(device.open).hasValue(0);
            guest.setUp(frontEnd, 2, 1);
            guest.roundTrip(2);
        }
    }

    @Test
    void runningQueueMayBeAddressedAnew() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            guest.roundTrip(2);
            frontEnd.set(
                    RawFrontEnd.SET_VRING_ADDR, TestGuest.addresses(2, TestGuest.USER_ADDRESS));
            guest.roundTrip(2);
            assertThat(device.starts).hasSize(2);
            assertThat(device.lastStart(2).nextAvail()).isEqualTo(1);
        }
    }

    @Test
    void ringGetsAreasOfExactlyItsSize() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            frontEnd.barrier();
            var ring = device.lastStart(2).ring();
            assertThat(ring.sizeEntries()).isEqualTo(16);
            assertThat(ring.descriptorArea().byteSize()).isEqualTo(16 * 16);
            assertThat(ring.driverArea().byteSize()).isEqualTo(6 + 2 * 16);
            assertThat(ring.deviceArea().byteSize()).isEqualTo(6 + 8 * 16);
        }
    }

    @Test
    void callGoesToTheNewDescriptorAfterASwap() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                EventFd other = EventFd.create();
                RawFrontEnd frontEnd = start(guest)) {
            device.holding = true;
            guest.kick(2);
            Await.until("in flight", () -> device.held() == 1);
            guest.calls[2].drain();
            frontEnd.set(RawFrontEnd.SET_VRING_CALL, longs(2), other.fd());
            assertThat(other.drain()).as("a call may have been lost in the swap").isEqualTo(1);
            device.release();
            Await.until("a call", () -> other.drain() > 0);
            assertThat(guest.calls[2].drain()).isZero();
            frontEnd.set(RawFrontEnd.SET_VRING_CALL, longs(2 | NO_FD));
            guest.kick(2);
            Await.until("the request is used", () -> guest.used(2) == 2);
            assertThat(other.drain()).isZero();
        }
    }

    @Test
    void callsSurviveSwapsUnderLoad() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            for (int i = 0; i < 300; i++) {
                EventFd listened = i % 2 == 0 ? guest.calls[3] : guest.calls[2];
                listened.drain();
                guest.kick(2);
                frontEnd.set(RawFrontEnd.SET_VRING_CALL, longs(2), listened.fd());
                int expected = i + 1;
                // A guest that sleeps until it is called, and looks at the ring only then.
                while (guest.used(2) != expected) {
                    Await.until("a call", () -> listened.drain() > 0);
                }
            }
            assertThat(guest.echoes(2)).isEqualTo(300);
        }
    }

    @Test
    void pollingWithoutAKickIsRefused() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            assertThat(frontEnd.acknowledgement(RawFrontEnd.SET_VRING_KICK, longs(3 | NO_FD)))
                    .isNotZero();
            guest.roundTrip(2);
            frontEnd.send(RawFrontEnd.SET_VRING_KICK, RawFrontEnd.VERSION, longs(3 | NO_FD));
            frontEnd.expectClosed();
        }
    }

    @Test
    void brokenQueueTellsTheFrontEndAndHarmsNoOther() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            guest.setUp(frontEnd, 3, 0);
            device.breaking = true;
            guest.kick(2);
            Await.until("an error is signalled", () -> guest.errors[2].drain() > 0);
            device.breaking = false;
            guest.kick(2);
            guest.roundTrip(3);
            guest.expectUntouched(2, 0);
            // A change of memory does not bring it back; setting it up again does.
            frontEnd.set(RawFrontEnd.SET_MEM_TABLE, TestGuest.memoryTable(), guest.memfd);
            guest.roundTrip(3);
            guest.expectUntouched(2, 0);
            guest.setUp(frontEnd, 2, frontEnd.stopVring(2));
            Await.until("the requests are used", () -> guest.used(2) == 2);
        }
    }

    @Test
    void handlerThatThrowsEndsItsQueueOnly() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            guest.setUp(frontEnd, 3, 0);
            device.throwing = true;
            guest.kick(2);
            Await.until("an error is signalled", () -> guest.errors[2].drain() > 0);
            device.throwing = false;
            guest.roundTrip(3);
            assertThat(frontEnd.stopVring(2)).isZero();
            guest.setUp(frontEnd, 2, 0);
            Await.until("the request is used", () -> guest.used(2) == 1);
        }
    }

    /** The ring lay well when it was started; then the memory under it is told to lie elsewhere. */
    @Test
    void queueThatMemoryMovesOffItsAlignmentIsBrokenAndMayBeSetUpAgain() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            guest.roundTrip(2);
            byte[] shifted =
                    RawFrontEnd.concat(
                            ints(1, 0),
                            TestGuest.region(
                                    TestGuest.GUEST_ADDRESS,
                                    TestGuest.SIZE_BYTES - 4096,
                                    TestGuest.USER_ADDRESS - 4,
                                    0));
            frontEnd.set(RawFrontEnd.SET_MEM_TABLE, shifted, guest.memfd);
            frontEnd.barrier();
            assertThat(guest.errors[2].drain()).isPositive();
            assertThat(device.open).hasValue(0);

            frontEnd.set(RawFrontEnd.SET_MEM_TABLE, TestGuest.memoryTable(), guest.memfd);
            guest.setUp(frontEnd, 2, guest.used(2));
            guest.roundTrip(2);
        }
    }

    @Test
    void queueTheDeviceCannotRunIsBrokenAndHarmsNoOther() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            frontEnd.set(RawFrontEnd.SET_VRING_NUM, ints(3, 8));
            frontEnd.set(
                    RawFrontEnd.SET_VRING_ADDR, TestGuest.addresses(3, TestGuest.USER_ADDRESS + 2));
            frontEnd.set(RawFrontEnd.SET_VRING_KICK, longs(3), guest.kicks[3].fd());
            assertThat(guest.errors[3].drain()).isEqualTo(1);
            guest.roundTrip(2);
            guest.setUp(frontEnd, 3, 0);
            guest.roundTrip(3);
        }
    }

    @Test
    void kickThatIsNoEventFdBreaksItsQueueOnly() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            guest.setUp(frontEnd, 3, 0);
            int[] pipe = Descriptors.pipe();
            frontEnd.set(RawFrontEnd.SET_VRING_KICK, longs(3), pipe[0]);
            Descriptors.close(pipe[0]);
            Descriptors.close(pipe[1]);
            Await.until("an error is signalled", () -> guest.errors[3].drain() > 0);
            // A file is always readable, so epoll does not take it.
            frontEnd.set(RawFrontEnd.SET_VRING_KICK, longs(3), guest.memfd);
            Await.until("an error is signalled", () -> guest.errors[3].drain() > 0);
            guest.roundTrip(2);
        }
    }

    @Test
    void resetStopsAllQueuesAndThenTheDevice() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            device.holding = true;
            guest.kick(2);
            Await.until("in flight", () -> device.held() == 1);
            frontEnd.send(RawFrontEnd.RESET_DEVICE, RawFrontEnd.NEED_REPLY, new byte[0]);
            device.release();
            assertThat(frontEnd.reply(RawFrontEnd.RESET_DEVICE).getLong()).isZero();
            assertThat(device.resets).hasValue(1);
            assertThat(guest.used(2)).isEqualTo(1);
            guest.kick(2);
            frontEnd.set(RawFrontEnd.SET_VRING_ENABLE, ints(2, 1));
            frontEnd.barrier();
            guest.expectUntouched(2, 1);
            guest.setUp(frontEnd, 2, 1);
            Await.until("the request is used", () -> guest.used(2) == 2);
        }
    }
}
