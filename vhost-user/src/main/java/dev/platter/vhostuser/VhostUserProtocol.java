package dev.platter.vhostuser;

/**
 * The numbers of the vhost-user protocol that are neither requests ({@link VhostUserRequest}) nor
 * protocol features ({@link ProtocolFeatures}). Source: QEMU {@code docs/interop/vhost-user.rst}.
 */
final class VhostUserProtocol {
    /** The length of a message's header: request, flags and payload size ("Header"). */
    static final int HEADER_BYTES = 12;

    /** Where the request's number lies in the header. */
    static final int REQUEST_OFFSET = 0;

    /** Where the flags lie in the header. */
    static final int FLAGS_OFFSET = 4;

    /** Where the payload's length lies in the header. */
    static final int SIZE_OFFSET = 8;

    /** The only protocol version, in the flags' two lowest bits. */
    static final int VERSION = 1;

    /** The flags' version bits. */
    static final int VERSION_MASK = 3;

    /** The flag of a reply. */
    static final int FLAG_REPLY = 1 << 2;

    /** The flag of a request whose sender waits for an acknowledgement. */
    static final int FLAG_NEED_REPLY = 1 << 3;

    /** The longest payload that is read at all; no request of the protocol comes near it. */
    static final int MAX_PAYLOAD_BYTES = 4096;

    /** The number of regions, and so of descriptors, that one message can carry. */
    static final int MAX_REGIONS_PER_MESSAGE = 8;

    /** The queue's index in the 64-bit payload of a kick, call or error descriptor. */
    static final long VRING_INDEX_MASK = 0xff;

    /** The bit of that payload which says that no descriptor comes with it. */
    static final long VRING_NO_FD = 1L << 8;

    /** How many queues those eight bits can name. */
    static final int MAX_VRINGS = 256;

    private VhostUserProtocol() {}
}
