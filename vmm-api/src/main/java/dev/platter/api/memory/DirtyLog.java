package dev.platter.api.memory;

/**
 * Learns what a device wrote to guest memory, so that a live migration sends it to the destination
 * once more (the vhost-user specification's "Migration").
 *
 * <p>Called by the owner threads of all queues, after the write and before the guest is shown the
 * request's end; implementations are thread-safe, and neither lock, allocate nor throw.
 */
@FunctionalInterface
public interface DirtyLog {
    /**
     * A range was written, or may have been.
     *
     * @param guestAddress its first guest-physical address, unsigned
     * @param lengthBytes 1 or more; the range lies within one memory region
     */
    void mark(long guestAddress, long lengthBytes);
}
