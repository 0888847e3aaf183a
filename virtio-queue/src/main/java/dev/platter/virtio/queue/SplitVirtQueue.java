package dev.platter.virtio.queue;

import dev.platter.api.device.QueueRing;
import dev.platter.api.memory.GuestMemoryMap;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A split virtqueue from the device's side (VIRTIO 1.3 §2.7). */
public final class SplitVirtQueue implements VirtQueue {
    private static final int INDEX_MASK = 0xffff;

    private final boolean eventIdx;
    private final int maxSize;
    private final SplitChainWalker walker;
    private SplitRing ring;
    private @Nullable QueueViolation violation;

    /** Position of the next entry to take; 16 bits, free-running. */
    private int nextAvail;

    /** The available index last loaded; everything before it may be taken without a load. */
    private int availIdx;

    /** Position of the next used entry; the device's own copy, so the guest cannot move it. */
    private int usedIdx;

    /** How many chains were pushed since {@link #shouldNotify} last said something. */
    private int unannounced;

    /** False until the guest was called once: what it was told before is not known here. */
    private boolean announcedBefore;

    /**
     * Takes up a ring where its last user left it: used entries go on behind the used index that
     * stands in guest memory.
     *
     * @param ring the three areas
     * @param memory the guest's memory, in which the descriptors' addresses are looked up
     * @param features the negotiated {@link VirtioFeatures}
     * @param nextAvail the position to take from, free-running; its low 16 bits count
     * @param maxSize the largest queue size that the device runs, and the most descriptors that an
     *     indirect table may hold
     * @throws IllegalArgumentException in one sentence, if the queue is packed, its size is not a
     *     power of two within 1 and maxSize, or an area is misaligned or too small
     */
    public SplitVirtQueue(
            QueueRing ring, GuestMemoryMap memory, long features, int nextAvail, int maxSize) {
        if (VirtioFeatures.has(features, VirtioFeatures.RING_PACKED)) {
            throw new IllegalArgumentException("a packed queue was negotiated, not a split one");
        }
        this.maxSize = maxSize;
        eventIdx = VirtioFeatures.has(features, VirtioFeatures.RING_EVENT_IDX);
        this.ring = new SplitRing(ring, maxSize, eventIdx);
        boolean indirect = VirtioFeatures.has(features, VirtioFeatures.RING_INDIRECT_DESC);
        walker = new SplitChainWalker(indirect, maxSize, memory, this.ring);
        this.nextAvail = nextAvail & INDEX_MASK;
        availIdx = this.nextAvail;
        usedIdx = this.ring.usedIdx();
    }

    @Override
    public int size() {
        return ring.size();
    }

    @Override
    public int pop(DescriptorChain chain) {
        if (violation != null) {
            return BROKEN;
        }
        if (nextAvail == availIdx && !loadAvailIdx()) {
            return violation == null ? NONE : BROKEN;
        }
        int head = ring.availHead(nextAvail);
        QueueViolation found = walker.walk(head, chain);
        if (found != null) {
            violation = found;
            return BROKEN;
        }
        nextAvail = (nextAvail + 1) & INDEX_MASK;
        return head;
    }

    /**
     * Loads the available index, once for all that it makes available; false if that is nothing.
     */
    private boolean loadAvailIdx() {
        int loaded = ring.availIdxAcquire();
        if (((loaded - nextAvail) & INDEX_MASK) > ring.size()) {
            violation = QueueViolation.AVAIL_INDEX_JUMPED;
            return false;
        }
        availIdx = loaded;
        return availIdx != nextAvail;
    }

    @Override
    public void push(int head, int writtenBytes) {
        Objects.checkIndex(head, ring.size());
        ring.usedEntry(usedIdx, head, writtenBytes);
        usedIdx = (usedIdx + 1) & INDEX_MASK;
        ring.usedIdxRelease(usedIdx);
        unannounced++;
    }

    @Override
    public boolean shouldNotify() {
        if (unannounced == 0) {
            return false;
        }
        // StoreLoad: the used index must be visible before the driver's wish is read. The driver
        // writes its wish, fences, and reads the used index; with a fence on both sides at least
        // one of the two sees the other's store, so either we call or it looks again.
        VarHandle.fullFence();
        boolean wanted = eventIdx ? passedUsedEvent() : !ring.callsOff();
        unannounced = 0;
        announcedBefore = true;
        return wanted;
    }

    /** VIRTIO 1.3 §2.7.7.2: whether the batch moved the used index past {@code used_event}. */
    private boolean passedUsedEvent() {
        if (!announcedBefore) {
            return true;
        }
        int distance = (usedIdx - ring.usedEvent() - 1) & INDEX_MASK;
        return distance < unannounced;
    }

    @Override
    public boolean enableNotifications() {
        if (violation != null) {
            return true;
        }
        if (eventIdx) {
            ring.availEvent(nextAvail);
        } else {
            ring.kicksOff(false);
        }
        // StoreLoad: the wish must be visible before the index is read again; see shouldNotify for
        // the same handshake the other way round.
        VarHandle.fullFence();
        return ring.availIdxAcquire() == nextAvail;
    }

    @Override
    public void disableNotifications() {
        // With EVENT_IDX there is nothing to do: the driver kicks when it passes avail_event, and
        // that lies behind it until enableNotifications moves it.
        if (!eventIdx) {
            ring.kicksOff(true);
        }
    }

    @Override
    public int nextAvail() {
        return nextAvail;
    }

    @Override
    public boolean isBroken() {
        return violation != null;
    }

    @Override
    public @Nullable QueueViolation violation() {
        return violation;
    }

    @Override
    public void markBroken(QueueViolation newViolation) {
        if (violation == null) {
            violation = newViolation;
        }
    }

    @Override
    public void rebind(GuestMemoryMap memory, QueueRing newRing) {
        RingArea.checkSameSize(newRing.sizeEntries(), ring.size());
        ring = new SplitRing(newRing, maxSize, eventIdx);
        walker.rebind(memory, ring);
    }
}
