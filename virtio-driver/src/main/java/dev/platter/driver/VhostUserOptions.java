package dev.platter.driver;

/**
 * How a vhost-user front-end behaves.
 *
 * @param queueCount how many queues its device has, the control and event queue included
 * @param dialect which release of QEMU it talks like
 * @param memorySlots whether to use memory slots when the back-end offers them
 * @param replyTimeoutMillis how long to wait for a reply
 */
public record VhostUserOptions(
        int queueCount, Dialect dialect, boolean memorySlots, long replyTimeoutMillis) {
    private static final long REPLY_TIMEOUT_MILLIS = 10_000;

    /** Whose habits a front-end has, as far as they differ. */
    public enum Dialect {
        /** Asks for acknowledgements of memory changes only. */
        QEMU_7_2,

        /** Asks for acknowledgements of descriptors and of enabling, too. */
        QEMU_10
    }

    /** A front-end like QEMU 7.2 for this many request queues. */
    public static VhostUserOptions forRequestQueues(int count) {
        return new VhostUserOptions(
                VirtioScsi.FIRST_REQUEST_QUEUE + count,
                Dialect.QEMU_7_2,
                true,
                REPLY_TIMEOUT_MILLIS);
    }

    /** These options with another dialect. */
    public VhostUserOptions withDialect(Dialect other) {
        return new VhostUserOptions(queueCount, other, memorySlots, replyTimeoutMillis);
    }

    /** These options with memory slots wanted or not. */
    public VhostUserOptions withMemorySlots(boolean wanted) {
        return new VhostUserOptions(queueCount, dialect, wanted, replyTimeoutMillis);
    }
}
