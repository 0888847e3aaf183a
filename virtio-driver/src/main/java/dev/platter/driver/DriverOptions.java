package dev.platter.driver;

/**
 * What a virtio-scsi driver asks of its device.
 *
 * @param requestQueues how many request queues to set up, 1 or more
 * @param queueSize the size of every queue, 4 to 1024; a power of two unless the queues are packed
 * @param features the feature bits to accept if the device offers them, see {@link VirtioFeatures};
 *     VERSION_1 is always among them
 * @param indirectEntries the longest request that goes into an indirect table
 * @param headerPartBytes cut request and response headers into descriptors of at most this many
 *     bytes; 0 leaves each in one
 * @param eventBuffers how many buffers to post on the event queue
 * @param timeoutMillis how long a synchronous request may take
 */
public record DriverOptions(
        int requestQueues,
        int queueSize,
        long features,
        int indirectEntries,
        int headerPartBytes,
        int eventBuffers,
        long timeoutMillis) {
    private static final int MAX_QUEUE_SIZE = 1024;

    /** What Linux would ask for, with one request queue of 128 entries. */
    public static final DriverOptions DEFAULT =
            new DriverOptions(
                    1,
                    128,
                    VirtioFeatures.VERSION_1
                            | VirtioFeatures.EVENT_IDX
                            | VirtioFeatures.INDIRECT_DESC
                            | VirtioFeatures.SCSI_HOTPLUG
                            | VirtioFeatures.SCSI_CHANGE,
                    64,
                    0,
                    8,
                    30_000);

    /** Checks the ranges. */
    public DriverOptions {
        if (requestQueues < 1 || queueSize < 4 || queueSize > MAX_QUEUE_SIZE) {
            throw new IllegalArgumentException(
                    "1 or more request queues of 4 to 1024 entries, not "
                            + requestQueues
                            + " of "
                            + queueSize);
        }
    }

    /** These options with another number of request queues. */
    public DriverOptions withRequestQueues(int count) {
        return new DriverOptions(
                count,
                queueSize,
                features,
                indirectEntries,
                headerPartBytes,
                eventBuffers,
                timeoutMillis);
    }

    /** These options with another queue size. */
    public DriverOptions withQueueSize(int entries) {
        return new DriverOptions(
                requestQueues,
                entries,
                features,
                indirectEntries,
                headerPartBytes,
                eventBuffers,
                timeoutMillis);
    }

    /** These options with other features. */
    public DriverOptions withFeatures(long mask) {
        return new DriverOptions(
                requestQueues,
                queueSize,
                mask,
                indirectEntries,
                headerPartBytes,
                eventBuffers,
                timeoutMillis);
    }

    /** These options with headers cut into small descriptors. */
    public DriverOptions withHeaderPartBytes(int partBytes) {
        return new DriverOptions(
                requestQueues,
                queueSize,
                features,
                indirectEntries,
                partBytes,
                eventBuffers,
                timeoutMillis);
    }

    /** These options with another number of event buffers, at most the queue size. */
    public DriverOptions withEventBuffers(int count) {
        return new DriverOptions(
                requestQueues,
                queueSize,
                features,
                indirectEntries,
                headerPartBytes,
                count,
                timeoutMillis);
    }

    /** These options with another limit for synchronous requests. */
    public DriverOptions withTimeoutMillis(long millis) {
        return new DriverOptions(
                requestQueues,
                queueSize,
                features,
                indirectEntries,
                headerPartBytes,
                eventBuffers,
                millis);
    }
}
