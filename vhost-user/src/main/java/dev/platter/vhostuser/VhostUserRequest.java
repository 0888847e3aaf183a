package dev.platter.vhostuser;

import org.jspecify.annotations.Nullable;

/**
 * The front-end requests this back-end performs ("Front-end message types"), each with its number,
 * its payload's length, and whether it is answered by a reply of its own.
 */
enum VhostUserRequest {
    GET_FEATURES(1, 0, true),
    SET_FEATURES(2, 8, false),
    SET_OWNER(3, 0, false),
    RESET_OWNER(4, 0, false),
    SET_MEM_TABLE(5, VhostUserRequest.ANY_SIZE, false),
    SET_LOG_BASE(6, 16, true),
    SET_VRING_NUM(8, 8, false),
    SET_VRING_ADDR(9, 40, false),
    SET_VRING_BASE(10, 8, false),
    GET_VRING_BASE(11, 8, true),
    SET_VRING_KICK(12, 8, false),
    SET_VRING_CALL(13, 8, false),
    SET_VRING_ERR(14, 8, false),
    GET_PROTOCOL_FEATURES(15, 0, true),
    SET_PROTOCOL_FEATURES(16, 8, false),
    GET_QUEUE_NUM(17, 0, true),
    SET_VRING_ENABLE(18, 8, false),
    RESET_DEVICE(34, 0, false),
    GET_MAX_MEM_SLOTS(36, 0, true),
    ADD_MEM_REG(37, 40, false),
    REM_MEM_REG(38, 40, false);

    /** The payload length of a request whose payload says itself how long it is. */
    static final int ANY_SIZE = -1;

    private static final @Nullable VhostUserRequest[] BY_NUMBER = new VhostUserRequest[64];

    static {
        for (VhostUserRequest request : values()) {
            BY_NUMBER[request.number] = request;
        }
    }

    private final int number;
    private final int payloadBytes;
    private final boolean ownReply;

    VhostUserRequest(int number, int payloadBytes, boolean ownReply) {
        this.number = number;
        this.payloadBytes = payloadBytes;
        this.ownReply = ownReply;
    }

    /** The request of this number, or null for one this back-end does not perform. */
    static @Nullable VhostUserRequest numbered(int number) {
        return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
    }

    /** The number on the wire. */
    int number() {
        return number;
    }

    /** The payload's exact length in bytes, or {@link #ANY_SIZE}. */
    int payloadBytes() {
        return payloadBytes;
    }

    /** Whether a reply of its own answers it, so that it is never acknowledged. */
    boolean ownReply() {
        return ownReply;
    }
}
