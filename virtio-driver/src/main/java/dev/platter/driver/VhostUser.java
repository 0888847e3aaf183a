package dev.platter.driver;

/**
 * Numbers of the vhost-user protocol that a front-end sends and reads; the names are those of
 * QEMU's {@code docs/interop/vhost-user.rst}, "Front-end message types".
 */
final class VhostUser {
    static final int GET_FEATURES = 1;
    static final int SET_FEATURES = 2;
    static final int SET_OWNER = 3;
    static final int SET_MEM_TABLE = 5;
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
    static final int GET_CONFIG = 24;
    static final int RESET_DEVICE = 34;
    static final int GET_MAX_MEM_SLOTS = 36;
    static final int ADD_MEM_REG = 37;
    static final int REM_MEM_REG = 38;

    /** The feature bit that announces protocol features ("Protocol features"). */
    static final long F_PROTOCOL_FEATURES = 1L << 30;

    /** More than one queue. */
    static final long PROTOCOL_MQ = 1L;

    /** Acknowledgements on request. */
    static final long PROTOCOL_REPLY_ACK = 1L << 3;

    /** GET_CONFIG and SET_CONFIG. */
    static final long PROTOCOL_CONFIG = 1L << 9;

    /** RESET_DEVICE. */
    static final long PROTOCOL_RESET_DEVICE = 1L << 13;

    /** Memory is added and removed region by region. */
    static final long PROTOCOL_CONFIGURE_MEM_SLOTS = 1L << 15;

    /** The protocol version in a header's flags ("Header"). */
    static final int VERSION = 0x1;

    /** The flags of a reply: version and reply bit, nothing else ("Header"). */
    static final int REPLY_FLAGS = 0x5;

    /** Asks for an acknowledgement ("Header"). */
    static final int NEED_REPLY = 1 << 3;

    /** The bit of a KICK, CALL or ERR payload for "no descriptor comes with it". */
    static final long NO_FD = 1L << 8;

    /** In front of a configuration space's bytes: offset, size and flags, each u32. */
    static final int CONFIG_HEADER_BYTES = 12;

    /** The size of a header: request u32, flags u32, payload size u32. */
    static final int HEADER_BYTES = 12;

    /** How many regions one SET_MEM_TABLE names at most. */
    static final int MAX_TABLE_REGIONS = 8;

    private VhostUser() {}
}
