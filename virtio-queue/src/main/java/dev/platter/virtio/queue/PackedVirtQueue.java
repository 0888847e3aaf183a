package dev.platter.virtio.queue;

import dev.platter.api.device.QueueRing;
import dev.platter.api.memory.GuestMemoryMap;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A packed virtqueue from the device's side (VIRTIO 1.3 §2.8). What {@link VirtQueue} calls the
 * head of a chain is its buffer id here: the driver's choice, unique in flight.
 */
public final class PackedVirtQueue implements VirtQueue {
    private final boolean eventIdx;
    private final int maxSize;
    private final PackedChainWalker walker;
    private PackedRing ring;
    private @Nullable QueueViolation violation;

    /** The next chain to take starts here, once the driver has made it available. */
    private final PackedPosition avail;

    /** The next used descriptor is written here. */
    private final PackedPosition used;

    /** How many descriptors of the ring each buffer in flight takes; 0 for those not in flight. */
    private final short[] descriptorsOfId;

    /** How many descriptors of the ring are not in flight. */
    private int free;

    /** How many descriptors were passed by pushes since {@link #shouldNotify} last answered. */
    private int unannounced;

    /** False until the guest was called once: what it was told before is not known here. */
    private boolean announcedBefore;

    /**
     * Takes up a ring where its last user left it.
     *
     * @param ring the three areas
     * @param memory the guest's memory, in which the descriptors' addresses are looked up
     * @param features the negotiated {@link VirtioFeatures}
     * @param nextAvail the positions to go on from, as {@link #nextAvail()} has them; {@link
     *     VirtQueue#firstAvail} for a new ring
     * @param maxSize the largest queue size that the device runs, and the most descriptors that an
     *     indirect table may hold
     * @throws IllegalArgumentException in one sentence, if the queue is split, its size is not
     *     within 1 and maxSize, a position is outside, or an area is misaligned or too small
     */
    public PackedVirtQueue(
            QueueRing ring, GuestMemoryMap memory, long features, int nextAvail, int maxSize) {
        if (!VirtioFeatures.has(features, VirtioFeatures.RING_PACKED)) {
            throw new IllegalArgumentException("a split queue was negotiated, not a packed one");
        }
        this.maxSize = maxSize;
        eventIdx = VirtioFeatures.has(features, VirtioFeatures.RING_EVENT_IDX);
        this.ring = new PackedRing(ring, maxSize);
        boolean indirect = VirtioFeatures.has(features, VirtioFeatures.RING_INDIRECT_DESC);
        walker = new PackedChainWalker(indirect, maxSize, memory, this.ring);
        int size = this.ring.size();
        avail = new PackedPosition(size, nextAvail);
        used = new PackedPosition(size, nextAvail >>> PackedLayout.USED_POSITION_SHIFT);
        descriptorsOfId = new short[size];
        free = size;
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
        int flags = ring.flagsAcquire(avail.index());
        if (!isAvailable(flags)) {
            return NONE;
        }
        violation = take(flags, chain);
        return violation == null ? chain.head() : BROKEN;
    }

    private boolean isAvailable(int flags) {
        return (flags & PackedLayout.WRAP_FLAGS) == avail.availableFlags();
    }

    private @Nullable QueueViolation take(int firstFlags, DescriptorChain chain) {
        if (free == 0) {
            return QueueViolation.RING_OVERRUN;
        }
        QueueViolation found = walker.walk(avail, firstFlags, free, chain);
        if (found != null) {
            return found;
        }
        if (descriptorsOfId[chain.head()] != 0) {
            return QueueViolation.ID_IN_FLIGHT;
        }
        int descriptors = walker.descriptors();
        descriptorsOfId[chain.head()] = (short) descriptors;
        free -= descriptors;
        avail.advance(descriptors);
        return null;
    }

    /**
     * {@inheritDoc}
     *
     * <p>The driver, which knows how many descriptors each of its buffers takes, looks for the next
     * used descriptor that far behind this one; so the position skips them (§2.8.6).
     */
    @Override
    public void push(int head, int writtenBytes) {
        int descriptors = descriptorsOfId[Objects.checkIndex(head, descriptorsOfId.length)];
        if (descriptors == 0) {
            throw new IllegalStateException("buffer " + head + " is not in flight");
        }
        // Set if anything was written: only then does the length count (§2.8.3 and §2.8.4).
        int write = writtenBytes == 0 ? 0 : DescriptorLayout.FLAG_WRITE;
        ring.use(used.index(), head, writtenBytes, used.usedFlags() | write);
        descriptorsOfId[head] = 0;
        free += descriptors;
        used.advance(descriptors);
        unannounced += descriptors;
    }

    @Override
    public boolean shouldNotify() {
        if (unannounced == 0) {
            return false;
        }
        // StoreLoad: the used flags must be visible before the driver's wish is read. The driver
        // writes its wish, fences, and reads the flags; with a fence on both sides at least one of
        // the two sees the other's store, so either we call or it looks again.
        VarHandle.fullFence();
        boolean wanted =
                switch (ring.driverEventFlags()) {
                    case PackedLayout.EVENT_DISABLE -> false;
                    case PackedLayout.EVENT_DESCRIPTOR -> !eventIdx || passedDriverPosition();
                    default -> true;
                };
        unannounced = 0;
        announcedBefore = true;
        return wanted;
    }

    /** Whether the batch passed the descriptor that the driver asks for (§2.8.10). */
    private boolean passedDriverPosition() {
        if (!announcedBefore) {
            return true;
        }
        // From the batch's first descriptor, 1 step back, to its last, as many as it has.
        int steps = used.stepsSince(ring.driverPosition());
        return steps > 0 ? steps <= unannounced : unannounced >= 2 * ring.size();
    }

    @Override
    public boolean enableNotifications() {
        if (violation != null) {
            return true;
        }
        if (eventIdx) {
            ring.deviceEvent(PackedLayout.EVENT_DESCRIPTOR, avail.bits());
        } else {
            ring.deviceEvent(PackedLayout.EVENT_ENABLE, 0);
        }
        // StoreLoad: the wish must be visible before the flags are read again; see shouldNotify for
        // the same handshake the other way round.
        VarHandle.fullFence();
        return !isAvailable(ring.flagsAcquire(avail.index()));
    }

    @Override
    public void disableNotifications() {
        // With EVENT_IDX there is nothing to do: the driver kicks when it passes the position that
        // was asked for last, and that is behind it until enableNotifications moves it, or until
        // the driver comes there again two rounds later.
        if (!eventIdx) {
            ring.deviceEvent(PackedLayout.EVENT_DISABLE, 0);
        }
    }

    @Override
    public int nextAvail() {
        return avail.bits() | used.bits() << PackedLayout.USED_POSITION_SHIFT;
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
        ring = new PackedRing(newRing, maxSize);
        walker.rebind(memory, ring);
    }
}
