package dev.platter.vhostuser;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.platter.linux.ReceivedDescriptors;
import java.lang.foreign.MemorySegment;

/**
 * One message as it is on the wire ("Header"), in the host's byte order, with the descriptors that
 * came with it.
 *
 * <pre>
 *  0         4       8      12
 *  | request | flags | size | payload ...
 * </pre>
 *
 * @param request the number of a {@link VhostUserRequest}, or of something unknown
 * @param flags the protocol version, and whether this is a reply or needs one
 * @param payload valid until the next message is received
 * @param descriptors closed by {@link #close()} unless taken
 */
record VhostUserMessage(
        int request, int flags, MemorySegment payload, ReceivedDescriptors descriptors)
        implements AutoCloseable {
    /** The length of a reply whose payload is one 64-bit number. */
    static final int REPLY_BYTES = VhostUserProtocol.HEADER_BYTES + Long.BYTES;

    /** Reads the payload's length from a header. */
    static int payloadBytes(MemorySegment header) throws ProtocolViolationException {
        int size = header.get(JAVA_INT_UNALIGNED, VhostUserProtocol.SIZE_OFFSET);
        if (Integer.compareUnsigned(size, VhostUserProtocol.MAX_PAYLOAD_BYTES) > 0) {
            throw new ProtocolViolationException(
                    "%s has a payload of %s bytes"
                            .formatted(
                                    name(header.get(JAVA_INT_UNALIGNED, 0)),
                                    Integer.toUnsignedString(size)));
        }
        return size;
    }

    /** Decodes a whole message, header and payload, from the start of a buffer. */
    static VhostUserMessage decode(MemorySegment buffer, ReceivedDescriptors descriptors)
            throws ProtocolViolationException {
        return new VhostUserMessage(
                buffer.get(JAVA_INT_UNALIGNED, VhostUserProtocol.REQUEST_OFFSET),
                buffer.get(JAVA_INT_UNALIGNED, VhostUserProtocol.FLAGS_OFFSET),
                buffer.asSlice(VhostUserProtocol.HEADER_BYTES, payloadBytes(buffer)),
                descriptors);
    }

    /** Writes a reply with a 64-bit payload: {@link #REPLY_BYTES} bytes. */
    static void encodeReply(MemorySegment buffer, int request, long value) {
        buffer.set(JAVA_INT_UNALIGNED, VhostUserProtocol.REQUEST_OFFSET, request);
        // Exactly these two bits: front-ends compare the whole word.
        buffer.set(
                JAVA_INT_UNALIGNED,
                VhostUserProtocol.FLAGS_OFFSET,
                VhostUserProtocol.VERSION | VhostUserProtocol.FLAG_REPLY);
        buffer.set(JAVA_INT_UNALIGNED, VhostUserProtocol.SIZE_OFFSET, Long.BYTES);
        buffer.set(JAVA_LONG_UNALIGNED, VhostUserProtocol.HEADER_BYTES, value);
    }

    /** Writes a reply with a vring state as payload: {@link #REPLY_BYTES} bytes. */
    static void encodeReply(MemorySegment buffer, int request, VringState state) {
        encodeReply(buffer, request, 0L);
        buffer.set(JAVA_INT_UNALIGNED, VhostUserProtocol.HEADER_BYTES, state.index());
        buffer.set(
                JAVA_INT_UNALIGNED, VhostUserProtocol.HEADER_BYTES + Integer.BYTES, state.number());
    }

    /** What every request must fulfil, whatever it asks: version, direction, length. */
    void check(VhostUserRequest known) throws ProtocolViolationException {
        int expected = known.payloadBytes();
        if (expected != VhostUserRequest.ANY_SIZE && expected != payload.byteSize()) {
            throw new ProtocolViolationException(
                    "%s has a payload of %d bytes, not %d"
                            .formatted(known, payload.byteSize(), expected));
        }
    }

    /** Checks what holds for every request, known or not: the version and the direction. */
    void checkFlags() throws ProtocolViolationException {
        if ((flags & VhostUserProtocol.VERSION_MASK) != VhostUserProtocol.VERSION
                || (flags & VhostUserProtocol.FLAG_REPLY) != 0) {
            throw new ProtocolViolationException(
                    "%s has flags 0x%x".formatted(name(request), flags));
        }
    }

    /** Checks how many descriptors came with the message. */
    void expectDescriptors(int expected) throws ProtocolViolationException {
        if (descriptors.count() != expected) {
            throw new ProtocolViolationException(
                    "%s comes with %d descriptors, not %d"
                            .formatted(name(request), descriptors.count(), expected));
        }
    }

    /** Whether the sender asks for an acknowledgement. */
    boolean needsReply() {
        return (flags & VhostUserProtocol.FLAG_NEED_REPLY) != 0;
    }

    /** The payload of a request with one 64-bit number. */
    long value() {
        return payload.get(JAVA_LONG_UNALIGNED, 0);
    }

    /** A request's name for a log. */
    static String name(int request) {
        VhostUserRequest known = VhostUserRequest.numbered(request);
        return known != null ? known.toString() : "request " + Integer.toUnsignedString(request);
    }

    @Override
    public void close() {
        descriptors.close();
    }
}
