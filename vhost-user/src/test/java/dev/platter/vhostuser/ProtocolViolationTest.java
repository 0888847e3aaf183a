package dev.platter.vhostuser;

import static dev.platter.vhostuser.RawFrontEnd.ints;
import static dev.platter.vhostuser.RawFrontEnd.longs;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the protocol forbids ends the session, drained and without leaks, and not the server. */
class ProtocolViolationTest extends ServedDevice {
    private static final int QUEUES = EchoDevice.QUEUES;

    /** Every session that ends here had a queue with a request in flight. */
    private void expectClosedAfter(byte[] header, byte[] payload, int descriptors)
            throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            guest.kick(2);
            int[] fds = new int[descriptors];
            Arrays.fill(fds, guest.memfd);
            frontEnd.sendBytes(RawFrontEnd.concat(header, payload), fds);
            frontEnd.expectClosed();
            Await.until("the queue is closed", () -> device.open.get() == 0);
        }
        expectServing();
    }

    private void expectServing() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            guest.roundTrip(2);
            frontEnd.barrier();
        }
    }

    @ParameterizedTest
    @EnumSource(VhostUserRequest.class)
    void payloadOfAnotherLength(VhostUserRequest request) throws Exception {
        int right = Math.max(0, request.payloadBytes());
        for (int length : new int[] {right - 1, right + 1, right + 9, 300, 4096}) {
            if (length >= 0) {
                expectClosedAfter(
                        ints(request.number(), RawFrontEnd.NEED_REPLY, length),
                        new byte[length],
                        0);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4097, 1 << 20, Integer.MAX_VALUE, -1})
    void payloadThatIsTooLong(int length) throws Exception {
        expectClosedAfter(ints(99, RawFrontEnd.VERSION, length), new byte[0], 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 3, 5, 13})
    void flagsOfAnotherVersionOrOfAReply(int flags) throws Exception {
        expectClosedAfter(ints(RawFrontEnd.GET_FEATURES, flags, 0), new byte[0], 0);
    }

    @ParameterizedTest
    @EnumSource(VhostUserRequest.class)
    void messageThatIsCutOff(VhostUserRequest request) throws Exception {
        int length = Math.max(8, request.payloadBytes());
        byte[] whole =
                RawFrontEnd.concat(
                        ints(request.number(), RawFrontEnd.VERSION, length), new byte[length]);
        for (int cut : new int[] {1, 11, 12, 13, whole.length - 1}) {
            try (TestGuest guest = new TestGuest(QUEUES);
                    RawFrontEnd frontEnd = start(guest)) {
                frontEnd.sendBytes(Arrays.copyOf(whole, cut), guest.memfd);
            }
            Await.until("the queue is closed", () -> device.open.get() == 0);
        }
        expectServing();
    }

    @Test
    void messageMayComeByteByByte() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = connect(guest)) {
            negotiate(frontEnd, guest);
            byte[] call =
                    RawFrontEnd.concat(
                            ints(RawFrontEnd.SET_VRING_CALL, RawFrontEnd.VERSION, 8), longs(2));
            for (int i = 0; i < call.length; i++) {
                int[] fds = i == 0 ? new int[] {guest.calls[3].fd()} : new int[0];
                frontEnd.sendBytes(new byte[] {call[i]}, fds);
            }
            guest.setUp(frontEnd, 2, 0);
            enable(frontEnd, 2, true);
            guest.kick(2);
            Await.until("a call", () -> guest.calls[3].drain() > 0);
        }
    }

    @Test
    void missingOrSurplusDescriptors() throws Exception {
        byte[] table = TestGuest.memoryTable();
        byte[] slot = TestGuest.slot(1L << 40, 4096, 1L << 40, 0);
        for (int count : new int[] {0, 2, 8, 9, 200}) {
            int flags = RawFrontEnd.NEED_REPLY;
            expectClosedAfter(ints(RawFrontEnd.SET_MEM_TABLE, flags, table.length), table, count);
            expectClosedAfter(ints(RawFrontEnd.ADD_MEM_REG, flags, slot.length), slot, count);
            expectClosedAfter(ints(RawFrontEnd.SET_VRING_KICK, flags, 8), longs(2), count);
            expectClosedAfter(ints(RawFrontEnd.SET_VRING_CALL, flags, 8), longs(2), count);
            expectClosedAfter(ints(RawFrontEnd.SET_VRING_ERR, flags, 8), longs(2), count);
        }
        expectClosedAfter(
                ints(RawFrontEnd.SET_VRING_CALL, RawFrontEnd.VERSION, 8),
                longs(2 | RawFrontEnd.NO_FD),
                1);
    }

    @Test
    void descriptorsNobodyAskedForAreClosed() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            for (int i = 0; i < 50; i++) {
                frontEnd.send(
                        RawFrontEnd.SET_OWNER,
                        RawFrontEnd.VERSION,
                        new byte[0],
                        guest.memfd,
                        guest.memfd);
            }
            guest.roundTrip(2);
        }
    }

    @Test
    void tableOfTooManyRegions() throws Exception {
        byte[] payload = Arrays.copyOf(ints(9, 0), 8 + 9 * 32);
        expectClosedAfter(
                ints(RawFrontEnd.SET_MEM_TABLE, RawFrontEnd.VERSION, payload.length), payload, 8);
        expectClosedAfter(ints(RawFrontEnd.SET_MEM_TABLE, RawFrontEnd.VERSION, 8), ints(-1, 0), 0);
    }

    @Test
    void queueThatIsNotThereIsRefused() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            for (int index : new int[] {QUEUES, 255, Integer.MAX_VALUE, -1}) {
                byte[] state = ints(index, 8);
                assertThat(frontEnd.acknowledgement(RawFrontEnd.SET_VRING_NUM, state)).isNotZero();
                assertThat(frontEnd.acknowledgement(RawFrontEnd.SET_VRING_BASE, state)).isNotZero();
                assertThat(frontEnd.acknowledgement(RawFrontEnd.SET_VRING_ENABLE, state))
                        .isNotZero();
                assertThat(
                                frontEnd.acknowledgement(
                                        RawFrontEnd.SET_VRING_ADDR,
                                        RawFrontEnd.concat(ints(index, 0), longs(0, 0, 0, 0))))
                        .isNotZero();
            }
            assertThat(
                            frontEnd.acknowledgement(
                                    RawFrontEnd.SET_VRING_CALL, longs(4), guest.calls[0].fd()))
                    .isNotZero();
            guest.roundTrip(2);
            frontEnd.send(RawFrontEnd.GET_VRING_BASE, RawFrontEnd.VERSION, ints(QUEUES, 0));
            frontEnd.expectClosed();
        }
    }

    @Test
    void queueSizesOutOfRange() throws Exception {
        for (int size : new int[] {0, -1, 32769}) {
            expectClosedAfter(
                    ints(RawFrontEnd.SET_VRING_NUM, RawFrontEnd.VERSION, 8), ints(2, size), 0);
        }
    }
}
