package dev.platter.vhostuser;

import static dev.platter.vhostuser.RawFrontEnd.ints;
import static dev.platter.vhostuser.RawFrontEnd.longs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.device.QueueSetup;
import dev.platter.linux.EventFd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What QEMU sends, in its order, from connecting to a guest's reboot. */
class QemuSequenceTest extends ServedDevice {
    private static final int QUEUES = EchoDevice.QUEUES;

    @Test
    void offersTheFeaturesOfTheDeviceThatTheTransportCanCarry() throws Exception {
        try (RawFrontEnd frontEnd = new RawFrontEnd(path)) {
            assertThat(frontEnd.get(RawFrontEnd.GET_FEATURES))
                    .isEqualTo((EchoDevice.FEATURES & ~(1L << 40)) | 1L << 30 | 1L << 26);
            assertThat(frontEnd.get(RawFrontEnd.GET_PROTOCOL_FEATURES))
                    .isEqualTo(PROTOCOL_FEATURES);
            assertThat(frontEnd.get(RawFrontEnd.GET_MAX_MEM_SLOTS)).isEqualTo(509);
        }
    }

    /** 7.2 waits for acknowledgements of memory changes only; 10.x of most requests. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void guestStartsStopsAndRebootsOnOneConnection(boolean acknowledged) throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = connect(guest)) {
            frontEnd.acknowledged = acknowledged;
            for (int boot = 0; boot < 3; boot++) {
                start(frontEnd, guest, boot == 0 ? 0 : guest.used(0));
                for (int queue = 0; queue < QUEUES; queue++) {
                    guest.roundTrip(queue);
                    guest.roundTrip(queue);
                }
                stop(frontEnd, guest);
                frontEnd.set(RawFrontEnd.RESET_DEVICE, new byte[0]);
                frontEnd.barrier();
                assertThat(device.resets).hasValue(boot + 1);
            }
            for (int queue = 0; queue < QUEUES; queue++) {
                assertThat(guest.echoes(queue)).isEqualTo(6);
            }
        }
    }

    private static void start(RawFrontEnd frontEnd, TestGuest guest, int base) {
        frontEnd.set(RawFrontEnd.SET_FEATURES, longs(FEATURES));
        frontEnd.set(RawFrontEnd.SET_FEATURES, longs(FEATURES));
        assertThat(
                        frontEnd.acknowledgement(
                                RawFrontEnd.SET_MEM_TABLE, TestGuest.memoryTable(), guest.memfd))
                .isZero();
        for (int queue = 0; queue < QUEUES; queue++) {
            guest.setUp(frontEnd, queue, base);
        }
        for (int queue = 0; queue < QUEUES; queue++) {
            enable(frontEnd, queue, true);
        }
        for (int queue = 0; queue < QUEUES; queue++) {
            frontEnd.set(RawFrontEnd.SET_VRING_CALL, longs(queue), guest.calls[queue].fd());
        }
        frontEnd.barrier();
        for (EventFd call : guest.calls) {
            call.drain();
        }
    }

    private static void stop(RawFrontEnd frontEnd, TestGuest guest) {
        for (int queue = 0; queue < QUEUES; queue++) {
            enable(frontEnd, queue, false);
        }
        for (int queue = 0; queue < QUEUES; queue++) {
            assertThat(frontEnd.stopVring(queue)).isEqualTo(guest.used(queue));
        }
    }

    @Test
    void firmwareMaySetUpOneQueueAndEnableAll() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            guest.roundTrip(2);
            assertThat(device.starts).hasSize(1);
            assertThat(device.lastStart(2).index()).isEqualTo(2);
            assertThat(frontEnd.stopVring(0)).isZero();
        }
    }

    @Test
    void theDeviceSeesTheFeaturesThatWereSetWithoutTheTransportsOwn() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            assertThat(device.lastStart(2).features()).isEqualTo(FEATURES & ~(1L << 30));
            frontEnd.set(RawFrontEnd.SET_FEATURES, longs(1L << 30 | 1L << 32));
            assertThat(device.starts).as("a running queue goes on").hasSize(1);
            enable(frontEnd, 2, false);
            enable(frontEnd, 2, true);
            assertThat(device.lastStart(2).features()).isEqualTo(1L << 32);
        }
    }

    @Test
    void withoutProtocolFeaturesRingsStartEnabled() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = new RawFrontEnd(path)) {
            frontEnd.set(RawFrontEnd.SET_FEATURES, longs(1L << 32));
            frontEnd.set(RawFrontEnd.SET_MEM_TABLE, TestGuest.memoryTable(), guest.memfd);
            frontEnd.set(RawFrontEnd.SET_VRING_CALL, longs(0), guest.calls[0].fd());
            guest.setUp(frontEnd, 0, 0);
            guest.roundTrip(0);
        }
    }

    /** A packed ring's areas have their own sizes, and its position has two wrap counters. */
    @Test
    void packedRingsAreHandedOverWithTheirWholePosition() throws Exception {
        long packed = 1L << 34;
        int position = 0x8005_0003;
        device.features |= packed;
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = connect(guest)) {
            // What the device of these tests takes for an available index: there is nothing more.
            guest.startAt(2, position & 0xffff);
            frontEnd.set(RawFrontEnd.SET_FEATURES, longs(FEATURES | packed));
            frontEnd.set(RawFrontEnd.SET_MEM_TABLE, TestGuest.memoryTable(), guest.memfd);
            guest.setUp(frontEnd, 2, position);
            enable(frontEnd, 2, true);
            frontEnd.barrier();
            QueueSetup setup = device.lastStart(2);
            assertThat(setup.features() & packed).isNotZero();
            assertThat(setup.nextAvail()).isEqualTo(position);
            assertThat(setup.ring().descriptorArea().byteSize()).isEqualTo(16L * TestGuest.ENTRIES);
            assertThat(setup.ring().driverArea().byteSize()).isEqualTo(4);
            assertThat(setup.ring().deviceArea().byteSize()).isEqualTo(4);
            assertThat(frontEnd.stopVring(2)).isEqualTo(position);
        }
    }

    @Test
    void packedRingsAreRefusedWhereTheDeviceDoesNotOfferThem() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = connect(guest)) {
            byte[] packed = longs(FEATURES | 1L << 34);
            assertThat(frontEnd.acknowledgement(RawFrontEnd.SET_FEATURES, packed)).isNotZero();
            frontEnd.barrier();
            frontEnd.send(RawFrontEnd.SET_FEATURES, RawFrontEnd.VERSION, packed);
            frontEnd.expectClosed();
        }
    }

    @Test
    void protocolFeaturesThatWereNotOfferedAreRefused() throws Exception {
        try (RawFrontEnd frontEnd = new RawFrontEnd(path)) {
            frontEnd.send(RawFrontEnd.SET_PROTOCOL_FEATURES, RawFrontEnd.VERSION, longs(1 << 9));
            frontEnd.expectClosed();
        }
    }

    @Test
    void nothingIsAcknowledgedUnlessNegotiatedAndAsked() throws Exception {
        try (RawFrontEnd frontEnd = new RawFrontEnd(path)) {
            frontEnd.send(RawFrontEnd.SET_OWNER, RawFrontEnd.NEED_REPLY, new byte[0]);
            frontEnd.barrier();
            frontEnd.send(
                    RawFrontEnd.SET_PROTOCOL_FEATURES,
                    RawFrontEnd.VERSION,
                    longs(PROTOCOL_FEATURES));
            frontEnd.send(RawFrontEnd.SET_OWNER, RawFrontEnd.VERSION, new byte[0]);
            frontEnd.barrier();
            assertThat(frontEnd.acknowledgement(RawFrontEnd.SET_OWNER, new byte[0])).isZero();
            assertThat(frontEnd.acknowledgement(RawFrontEnd.RESET_OWNER, new byte[0])).isZero();
            // A request with a reply of its own gets that, and nothing more.
            assertThat(frontEnd.acknowledgement(RawFrontEnd.GET_QUEUE_NUM, new byte[0]))
                    .isEqualTo(QUEUES);
            frontEnd.barrier();
        }
    }

    @Test
    void unknownRequestsAreRefusedOnlyWhenAsked() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            for (int request : new int[] {0, 7, 19, 22, 24, 31, 32, 35, 39, 40, 99, -1}) {
                frontEnd.send(request, RawFrontEnd.VERSION, ints(1, 2, 3), guest.memfd);
                frontEnd.barrier();
                assertThat(frontEnd.acknowledgement(request, longs(7))).isNotZero();
            }
            guest.roundTrip(2);
        }
    }
}
