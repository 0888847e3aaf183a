package dev.platter.vhostuser;

import static dev.platter.vhostuser.RawFrontEnd.ints;
import static dev.platter.vhostuser.RawFrontEnd.longs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.linux.Descriptors;
import dev.platter.linux.LinuxException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** An {@link EchoDevice} served on a socket; each test ends with no descriptor left open. */
abstract class ServedDevice {
    /** VERSION_1, EVENT_IDX and the protocol features' bit; then two that QEMU adds unasked. */
    static final long FEATURES = 1L << 32 | 1L << 29 | 1L << 30 | 1L << 2 | 1L << 27;

    static final long PROTOCOL_FEATURES = 1 | 1 << 1 | 1 << 3 | 1 << 13 | 1 << 15;

    @TempDir Path folder;
    Path path;
    final EchoDevice device = new EchoDevice();
    VhostUserServer server;
    private int openBefore;

    /** What the first use of logging, sockets and threads opens stays open. */
    @BeforeAll
    static void warmUp(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("socket");
        try (VhostUserServer server =
                        VhostUserServer.listen(
                                path, new EchoDevice(), VhostUserOptions.defaults());
                RawFrontEnd frontEnd = new RawFrontEnd(path)) {
            frontEnd.barrier();
            assertThat(server.socket()).isEqualTo(path);
        }
    }

    @BeforeEach
    void serve() throws Exception {
        openBefore = Descriptors.openCount();
        path = folder.resolve("socket");
        server = VhostUserServer.listen(path, device, VhostUserOptions.defaults());
    }

    @AfterEach
    void end() {
        device.release();
        server.close();
        assertThat(device.violations).isEmpty();
        assertThat(device.open).hasValue(0);
        assertThat(Descriptors.openCount()).as("open descriptors").isEqualTo(openBefore);
    }

    /** Connects as QEMU 7.2 does, up to where rings are set up. */
    RawFrontEnd connect(TestGuest guest) throws LinuxException {
        RawFrontEnd frontEnd = new RawFrontEnd(path);
        frontEnd.get(RawFrontEnd.GET_FEATURES);
        frontEnd.get(RawFrontEnd.GET_PROTOCOL_FEATURES);
        frontEnd.send(
                RawFrontEnd.SET_PROTOCOL_FEATURES, RawFrontEnd.VERSION, longs(PROTOCOL_FEATURES));
        assertThat(frontEnd.get(RawFrontEnd.GET_QUEUE_NUM)).isEqualTo(EchoDevice.QUEUES);
        frontEnd.get(RawFrontEnd.GET_MAX_MEM_SLOTS);
        frontEnd.send(RawFrontEnd.SET_OWNER, RawFrontEnd.VERSION, new byte[0]);
        frontEnd.get(RawFrontEnd.GET_FEATURES);
        for (int i = 0; i < guest.calls.length; i++) {
            frontEnd.set(RawFrontEnd.SET_VRING_CALL, longs(i), guest.calls[i].fd());
            frontEnd.set(RawFrontEnd.SET_VRING_ERR, longs(i), guest.errors[i].fd());
        }
        return frontEnd;
    }

    /** Sets features and memory. */
    static void negotiate(RawFrontEnd frontEnd, TestGuest guest) {
        frontEnd.set(RawFrontEnd.SET_FEATURES, longs(FEATURES));
        frontEnd.set(RawFrontEnd.SET_MEM_TABLE, TestGuest.memoryTable(), guest.memfd);
    }

    static void enable(RawFrontEnd frontEnd, int queue, boolean enabled) {
        frontEnd.set(RawFrontEnd.SET_VRING_ENABLE, ints(queue, enabled ? 1 : 0));
    }

    /** Connects, sets queue 2 up, and enables all. */
    RawFrontEnd start(TestGuest guest) throws LinuxException {
        RawFrontEnd frontEnd = connect(guest);
        frontEnd.acknowledged = true;
        negotiate(frontEnd, guest);
        guest.setUp(frontEnd, 2, 0);
        for (int i = 0; i < EchoDevice.QUEUES; i++) {
            enable(frontEnd, i, true);
        }
        return frontEnd;
    }
}
