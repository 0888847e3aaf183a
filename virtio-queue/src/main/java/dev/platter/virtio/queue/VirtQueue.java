package dev.platter.virtio.queue;

import dev.platter.api.device.QueueRing;
import dev.platter.api.memory.GuestMemoryMap;
import org.jspecify.annotations.Nullable;

/**
 * A virtqueue from the device's side (VIRTIO 1.3 §2.6), split or packed.
 *
 * <p>One thread owns it; nothing here locks, allocates or blocks after construction. The guest
 * writes the ring at the same time and may write anything: what it breaks is answered by {@link
 * #BROKEN} and {@link #violation()}, never by an exception.
 *
 * <p>A round of the owner:
 *
 * <pre>{@code
 * queue.disableNotifications();
 * while ((head = queue.pop(chain)) >= 0) { start the request }
 * for each completion: queue.push(head, writtenBytes);
 * if (queue.shouldNotify()) { call the guest }
 * if (queue.enableNotifications()) { wait for a kick }
 * }</pre>
 */
public interface VirtQueue {
    /** The answer of {@link #pop}: nothing is available. */
    int NONE = -1;

    /** The answer of {@link #pop}: the guest broke a rule, now or before. */
    int BROKEN = -2;

    /**
     * Takes up a ring of the layout that was negotiated, split or packed.
     *
     * @param ring the three areas
     * @param memory the guest's memory, in which the descriptors' addresses are looked up
     * @param features the negotiated {@link VirtioFeatures}
     * @param nextAvail where to go on: {@link #firstAvail} for a new ring, else what {@link
     *     #nextAvail()} of the queue before said
     * @param maxSize the largest queue size that the device runs, and the most descriptors that an
     *     indirect table may hold
     * @throws IllegalArgumentException in one sentence, if the ring cannot be run
     */
    static VirtQueue of(
            QueueRing ring, GuestMemoryMap memory, long features, int nextAvail, int maxSize) {
        return VirtioFeatures.has(features, VirtioFeatures.RING_PACKED)
                ? new PackedVirtQueue(ring, memory, features, nextAvail, maxSize)
                : new SplitVirtQueue(ring, memory, features, nextAvail, maxSize);
    }

    /**
     * Where a new ring starts. Split: 0. Packed: at the ring's first descriptor with both wrap
     * counters 1 (VIRTIO 1.3 §2.8.1).
     */
    static int firstAvail(long features) {
        return VirtioFeatures.has(features, VirtioFeatures.RING_PACKED) ? 0x8000_8000 : 0;
    }

    /** The queue size: how many descriptors it has. */
    int size();

    /**
     * Takes the next available descriptor chain.
     *
     * @param chain receives the chain; its contents count only if a head is returned, and only
     *     until the next call
     * @return what names the chain, {@code 0 <= head < size()}, to be given back by {@link #push}:
     *     the index of its first descriptor or, packed, its buffer id; or {@link #NONE}; or {@link
     *     #BROKEN}, which stays
     */
    int pop(DescriptorChain chain);

    /**
     * Gives a chain back to the guest, which sees it at once. Chains may be given back in any
     * order, and also when the queue is broken.
     *
     * @param head what {@link #pop} returned
     * @param writtenBytes how many bytes were written to the chain's writable part, counted from
     *     its start without a gap; an unsigned 32-bit number
     * @throws IndexOutOfBoundsException if head is not within 0 and size: a fault of the device
     * @throws IllegalStateException if a packed queue's head is not in flight: likewise
     */
    void push(int head, int writtenBytes);

    /**
     * Whether the guest wants a call for what was pushed since the last time this was asked. Ask
     * once behind each batch of pushes, and call the guest if true: the answer is given once.
     */
    boolean shouldNotify();

    /**
     * Asks the guest for a kick when it makes the next chain available, and looks once more.
     *
     * @return true if the owner may wait for the kick; false if a chain is available already
     */
    boolean enableNotifications();

    /** Asks the guest to kick less. A hint: kicks may still come. */
    void disableNotifications();

    /**
     * The position behind the last chain taken: what a queue that follows this one starts from.
     * Split: the free-running 16-bit index. Packed: as in {@code VHOST_USER_SET_VRING_BASE}, the
     * available index in bits 0 to 14, its wrap counter in bit 15, and the same of the used index
     * in the bits above.
     */
    int nextAvail();

    /** Whether a rule was broken; nothing ever leaves a broken queue. */
    boolean isBroken();

    /** The rule that was broken first, or null while none is. */
    @Nullable QueueViolation violation();

    /** Breaks the queue for a violation that its device found; the first one is kept. */
    void markBroken(QueueViolation newViolation);

    /**
     * Moves the queue to a new snapshot of the guest's memory; its position stays. Chains taken
     * before are void: only with nothing in flight.
     *
     * @throws IllegalArgumentException if the ring has another size, or does not fit its areas;
     *     nothing has changed then
     */
    void rebind(GuestMemoryMap memory, QueueRing ring);
}
