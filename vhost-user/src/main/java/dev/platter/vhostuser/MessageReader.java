package dev.platter.vhostuser;

import dev.platter.linux.Errnos;
import dev.platter.linux.LinuxException;
import dev.platter.linux.ReceivedDescriptors;
import dev.platter.linux.UnixSocket;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a connection's bytes into messages. It never waits: each {@link #read} makes one receive,
 * for a socket that is readable, so a peer that sends half a message holds up nobody.
 */
final class MessageReader implements AutoCloseable {
    private final UnixSocket connection;
    private final MemorySegment buffer =
            Arena.ofAuto()
                    .allocate(VhostUserProtocol.HEADER_BYTES + VhostUserProtocol.MAX_PAYLOAD_BYTES);

    /** Those beside a message's first byte, where the protocol puts them. */
    private final ReceivedDescriptors descriptors =
            new ReceivedDescriptors(VhostUserProtocol.MAX_REGIONS_PER_MESSAGE);

    /** No room: descriptors beside any other byte are closed by the kernel. */
    private final ReceivedDescriptors stray = new ReceivedDescriptors(0);

    private long receivedBytes;
    private boolean ended;

    MessageReader(UnixSocket connection) {
        this.connection = connection;
    }

    /**
     * Receives once.
     *
     * @return a message, which the caller closes before the next read; or null when none is whole
     *     yet, or the peer has {@link #ended}
     */
    @Nullable VhostUserMessage read() throws ProtocolViolationException, LinuxException {
        long wanted = messageBytes() - receivedBytes;
        long count =
                connection.receive(
                        buffer.asSlice(receivedBytes, wanted),
                        wanted,
                        receivedBytes == 0 ? descriptors : stray);
        if (count <= 0) {
            end(count);
            return null;
        }
        receivedBytes += count;
        if (receivedBytes < VhostUserProtocol.HEADER_BYTES || receivedBytes < messageBytes()) {
            return null;
        }
        receivedBytes = 0;
        VhostUserMessage message = VhostUserMessage.decode(buffer, descriptors);
        if (descriptors.isTruncated()) {
            throw new ProtocolViolationException(
                    "%s comes with too many descriptors"
                            .formatted(VhostUserMessage.name(message.request())));
        }
        return message;
    }

    /** Whether the peer has closed the connection. */
    boolean ended() {
        return ended;
    }

    /** How long the message under way is, as far as it is known. */
    private long messageBytes() throws ProtocolViolationException {
        long header = VhostUserProtocol.HEADER_BYTES;
        return receivedBytes < header ? header : header + VhostUserMessage.payloadBytes(buffer);
    }

    private void end(long answer) throws ProtocolViolationException, LinuxException {
        if (answer < 0 && answer != -Errnos.ECONNRESET) {
            throw new LinuxException("recvmsg", connection.fd(), (int) -answer);
        }
        if (receivedBytes > 0) {
            throw new ProtocolViolationException("the connection ends inside a message");
        }
        ended = true;
    }

    /** Closes the descriptors of a message that never became whole. */
    @Override
    public void close() {
        descriptors.close();
    }
}
