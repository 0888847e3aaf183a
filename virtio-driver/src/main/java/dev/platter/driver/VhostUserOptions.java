package dev.platter.driver;

/**
 * How a vhost-user front-end behaves.
 *
 * @param queueCount how many queues its device has, those included that every such device has
 * @param fixedQueues how many of them do not count when the back-end tells how many it offers: the
 *     control and event queue of virtio-scsi
 * @param config whether the back-end, not the front-end, knows the configuration space
 * @param dialect which release of QEMU it talks like
 * @param memorySlots whether to use memory slots when the back-end offers them
 * @param replyTimeoutMillis how long to wait for a reply
 */
public record VhostUserOptions(
        int queueCount,
        int fixedQueues,
        boolean config,
        Dialect dialect,
        boolean memorySlots,
        long replyTimeoutMillis) {
    private static final long REPLY_TIMEOUT_MILLIS = 10_000;

    /** Whose habits a front-end has, as far as they differ. */
    public enum Dialect {
        /** Asks for acknowledgements of memory changes only. */
        QEMU_7_2,

        /** Asks for acknowledgements of descriptors and of enabling, too. */
        QEMU_10
    }

    /** A front-end like QEMU 7.2 for a virtio-blk device with this many queues. */
    public static VhostUserOptions forBlockQueues(int count) {
        return new VhostUserOptions(count, 0, true, Dialect.QEMU_7_2, true, REPLY_TIMEOUT_MILLIS);
    }

    /** A front-end like QEMU 7.2 for a virtio-scsi device with this many request queues. */
    public static VhostUserOptions forRequestQueues(int count) {
        return new VhostUserOptions(
                VirtioScsi.FIRST_REQUEST_QUEUE + count,
                VirtioScsi.FIRST_REQUEST_QUEUE,
                false,
                Dialect.QEMU_7_2,
                true,
                REPLY_TIMEOUT_MILLIS);
    }

    /** These options with another dialect. */
    public VhostUserOptions withDialect(Dialect other) {
        return new VhostUserOptions(
                queueCount, fixedQueues, config, other, memorySlots, replyTimeoutMillis);
    }

    /** These options with memory slots wanted or not. */
    public VhostUserOptions withMemorySlots(boolean wanted) {
        return new VhostUserOptions(
                queueCount, fixedQueues, config, dialect, wanted, replyTimeoutMillis);
    }
}
