package dev.platter.vhostuser;

/**
 * The protocol feature bits this back-end knows ("Protocol features"), and {@link #OFFERED}, the
 * set it offers: multiple queues, the dirty log, acknowledgements, the device reset and memory
 * slots. Everything else changes what a front-end does (configuration space, status, in-flight
 * region) and is not offered until it is there.
 */
final class ProtocolFeatures {
    /** More than one queue. */
    static final long MQ = 1L << 0;

    /** The dirty log comes as a descriptor ({@link VhostUserRequest#SET_LOG_BASE}). */
    static final long LOG_SHMFD = 1L << 1;

    /** Acknowledgements of requests that have no reply of their own. */
    static final long REPLY_ACK = 1L << 3;

    /** The request {@link VhostUserRequest#RESET_DEVICE}. */
    static final long RESET_DEVICE = 1L << 13;

    /** Memory regions added and removed one by one. */
    static final long CONFIGURE_MEM_SLOTS = 1L << 15;

    /** What this back-end offers. */
    static final long OFFERED = MQ | LOG_SHMFD | REPLY_ACK | RESET_DEVICE | CONFIGURE_MEM_SLOTS;

    private ProtocolFeatures() {}
}
