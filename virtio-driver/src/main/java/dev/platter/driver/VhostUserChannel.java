package dev.platter.driver;

import dev.platter.linux.LinuxException;
import dev.platter.linux.ReceivedDescriptors;
import dev.platter.linux.UnixSocket;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * The front-end's end of a vhost-user connection: one message at a time, and its reply.
 *
 * <pre>
 *  message   0         4       8      12
 *            +---------+-------+------+------------------+
 *            | request | flags | size | payload          |   little-endian (host order on x86)
 *            +---------+-------+------+------------------+
 * </pre>
 */
final class VhostUserChannel implements AutoCloseable {
    private static final int MAX_PAYLOAD_BYTES = 4096;

    private final UnixSocket socket;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment message =
            arena.allocate(VhostUser.HEADER_BYTES + MAX_PAYLOAD_BYTES, Long.BYTES);
    private final MemorySegment payload = message.asSlice(VhostUser.HEADER_BYTES);
    private final ReceivedDescriptors noDescriptors = new ReceivedDescriptors(1);

    private VhostUserChannel(UnixSocket socket) {
        this.socket = socket;
    }

    static VhostUserChannel connect(Path path, long replyTimeoutMillis) throws IOException {
        try {
            UnixSocket socket = UnixSocket.connect(path);
            socket.setTimeouts(replyTimeoutMillis, replyTimeoutMillis);
            return new VhostUserChannel(socket);
        } catch (LinuxException e) {
            throw new IOException("no vhost-user back-end: " + e.getMessage(), e);
        }
    }

    /** Where to write the payload of the next message; whose reply comes back in it. */
    MemorySegment payload() {
        return payload;
    }

    /** Sends a message that has no answer. */
    void send(int request, int payloadBytes, int... fds) throws IOException {
        transmit(request, VhostUser.VERSION, payloadBytes, fds);
    }

    /**
     * Sends a message and waits for the back-end's acknowledgement.
     *
     * @throws IOException if the back-end says that it failed
     */
    void sendAcknowledged(int request, int payloadBytes, int... fds) throws IOException {
        transmit(request, VhostUser.VERSION | VhostUser.NEED_REPLY, payloadBytes, fds);
        receive(request, Long.BYTES);
        long result = payload.get(Wire.U64, 0);
        if (result != 0) {
            throw new IOException("the back-end refused request " + request + ": " + result);
        }
    }

    /** Sends a message and waits for its own reply, which is then the payload. */
    void request(int request, int payloadBytes, int replyBytes) throws IOException {
        transmit(request, VhostUser.VERSION, payloadBytes);
        receive(request, replyBytes);
    }

    /** Sends a message without payload; answers the 64-bit number of its reply. */
    long requestU64(int request) throws IOException {
        request(request, 0, Long.BYTES);
        return payload.get(Wire.U64, 0);
    }

    /** Sends a 64-bit number. */
    void sendU64(int request, long value) throws IOException {
        payload.set(Wire.U64, 0, value);
        send(request, Long.BYTES);
    }

    private void transmit(int request, int flags, int payloadBytes, int... fds) throws IOException {
        message.set(Wire.U32, 0, request);
        message.set(Wire.U32, 4, flags);
        message.set(Wire.U32, 8, payloadBytes);
        long answer = socket.send(message, VhostUser.HEADER_BYTES + payloadBytes, fds);
        if (answer < 0) {
            throw new IOException("cannot send request " + request + ": error " + -answer);
        }
    }

    private void receive(int request, int payloadBytes) throws IOException {
        receiveFully(request, message, VhostUser.HEADER_BYTES);
        int answered = message.get(Wire.U32, 0);
        int flags = message.get(Wire.U32, 4);
        int size = message.get(Wire.U32, 8);
        if (answered != request || flags != VhostUser.REPLY_FLAGS || size != payloadBytes) {
            throw new IOException(
                    String.format(
                            "bad reply to request %d: request %d, flags 0x%x, %d bytes",
                            request, answered, flags, size));
        }
        receiveFully(request, payload, payloadBytes);
    }

    private void receiveFully(int request, MemorySegment target, int lengthBytes)
            throws IOException {
        long answer = socket.receiveFully(target, lengthBytes, noDescriptors);
        if (answer < 0) {
            throw new IOException("no reply to request " + request + ": error " + -answer);
        }
        if (answer < lengthBytes) {
            throw new IOException("the back-end closed the connection at request " + request);
        }
    }

    @Override
    public void close() {
        noDescriptors.close();
        socket.close();
        arena.close();
    }
}
