package dev.platter.vhostuser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.linux.Errnos;
import dev.platter.linux.LinuxException;
import dev.platter.linux.Readiness;
import dev.platter.linux.ReceivedDescriptors;
import dev.platter.linux.UnixSocket;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * A front-end that speaks the protocol byte by byte, with numbers of its own: nothing of the code
 * under test encodes or decodes here.
 */
final class RawFrontEnd implements AutoCloseable {
    static final int VERSION = 1;
    static final int NEED_REPLY = 9;
    static final int REPLY = 5;

    static final int GET_FEATURES = 1;
    static final int SET_FEATURES = 2;
    static final int SET_OWNER = 3;
    static final int RESET_OWNER = 4;
    static final int SET_MEM_TABLE = 5;
    static final int SET_LOG_BASE = 6;
    static final int SET_VRING_NUM = 8;
    static final int SET_VRING_ADDR = 9;
    static final int SET_VRING_BASE = 10;
    static final int GET_VRING_BASE = 11;
    static final int SET_VRING_KICK = 12;
    static final int SET_VRING_CALL = 13;
    static final int SET_VRING_ERR = 14;
    static final int GET_PROTOCOL_FEATURES = 15;
    static final int SET_PROTOCOL_FEATURES = 16;
    static final int GET_QUEUE_NUM = 17;
    static final int SET_VRING_ENABLE = 18;
    static final int RESET_DEVICE = 34;
    static final int GET_MAX_MEM_SLOTS = 36;
    static final int ADD_MEM_REG = 37;
    static final int REM_MEM_REG = 38;

    static final int NO_FD = 0x100;

    private static final long TIMEOUT_MILLIS = 20_000;

    private final UnixSocket socket;
    private final MemorySegment buffer = Arena.ofAuto().allocate(16_384);
    private final ReceivedDescriptors none = new ReceivedDescriptors(0);

    /** Whether requests that change something ask for an acknowledgement and wait for it. */
    boolean acknowledged;

    RawFrontEnd(Path path) throws LinuxException {
        socket = UnixSocket.connect(path);
        socket.setTimeouts(TIMEOUT_MILLIS, TIMEOUT_MILLIS);
    }

    /** Sends a message; descriptors stay the caller's. */
    void send(int request, int flags, byte[] payload, int... fds) {
        byte[] header = ints(request, flags, payload.length);
        sendBytes(concat(header, payload), fds);
    }

    /** Sends bytes as they are. */
    void sendBytes(byte[] bytes, int... fds) {
        assertThat(trySendBytes(bytes, fds)).isEqualTo(bytes.length);
    }

    /** Sends bytes as they are, to a back-end that may be gone. */
    long trySendBytes(byte[] bytes, int... fds) {
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, buffer, 0, bytes.length);
        return socket.send(buffer, bytes.length, fds);
    }

    /** A request without a reply of its own; waits for its success if acknowledgements are on. */
    void set(int request, byte[] payload, int... fds) {
        if (acknowledged) {
            assertThat(acknowledgement(request, payload, fds)).as("acknowledgement").isZero();
        } else {
            send(request, VERSION, payload, fds);
        }
    }

    /** A request that asks for an acknowledgement; answers its number. */
    long acknowledgement(int request, byte[] payload, int... fds) {
        send(request, NEED_REPLY, payload, fds);
        return reply(request).getLong();
    }

    /** A request with a reply of one 64-bit number. */
    long get(int request) {
        send(request, VERSION, new byte[0]);
        return reply(request).getLong();
    }

    /** {@code GET_VRING_BASE}. */
    int stopVring(int index) {
        send(GET_VRING_BASE, VERSION, ints(index, 0));
        ByteBuffer state = reply(GET_VRING_BASE);
        assertThat(state.getInt()).isEqualTo(index);
        return state.getInt();
    }

    /** Receives a reply with 8 bytes of payload, and checks its header to the bit. */
    ByteBuffer reply(int request) {
        long count = socket.receiveFully(buffer, 20, none);
        assertThat(count).as("reply to request %d", request).isEqualTo(20);
        ByteBuffer reply = ByteBuffer.wrap(new byte[20]).order(ByteOrder.nativeOrder());
        MemorySegment.copy(buffer, 0, MemorySegment.ofBuffer(reply), 0, 20);
        assertThat(reply.getInt()).isEqualTo(request);
        assertThat(reply.getInt()).as("flags").isEqualTo(REPLY);
        assertThat(reply.getInt()).as("size").isEqualTo(8);
        return reply;
    }

    /** All requests sent so far have been performed. */
    void barrier() {
        assertThat(get(GET_FEATURES)).isNotZero();
    }

    /** Waits for the back-end to close the connection, and checks that it says no more. */
    void expectClosed() {
        long count = socket.receive(buffer, 20, none);
        assertThat(count == 0 || count == -Errnos.ECONNRESET)
                .as("closed, and not: %d", count)
                .isTrue();
    }

    /** Nothing comes for a while. */
    void expectSilence(long millis) throws LinuxException {
        assertThat(socket.awaitReadable(millis)).isEqualTo(Readiness.TIMED_OUT);
    }

    static byte[] ints(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.nativeOrder());
        for (int value : values) {
            bytes.putInt(value);
        }
        return bytes.array();
    }

    static byte[] longs(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.nativeOrder());
        for (long value : values) {
            bytes.putLong(value);
        }
        return bytes.array();
    }

    static byte[] concat(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
    }

    @Override
    public void close() {
        socket.close();
    }
}
