package dev.platter.vhostuser;

import dev.platter.linux.LinuxException;
import dev.platter.linux.UnixSocket;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Sends replies and acknowledgements over one connection. */
final class MessageWriter {
    private final UnixSocket connection;
    private final MemorySegment buffer = Arena.ofAuto().allocate(VhostUserMessage.REPLY_BYTES);

    MessageWriter(UnixSocket connection) {
        this.connection = connection;
    }

    /** Replies with a 64-bit number; an acknowledgement is 0, a refusal anything else. */
    void reply(int request, long value) throws LinuxException {
        VhostUserMessage.encodeReply(buffer, request, value);
        send();
    }

    /** Replies with a vring state. */
    void reply(int request, VringState state) throws LinuxException {
        VhostUserMessage.encodeReply(buffer, request, state);
        send();
    }

    private void send() throws LinuxException {
        long answer = connection.send(buffer, VhostUserMessage.REPLY_BYTES);
        if (answer < 0) {
            throw new LinuxException("sendmsg", connection.fd(), (int) -answer);
        }
    }
}
