package dev.platter.driver;

/**
 * A ring whose requests stand in numbered slots, one for each entry: which slots are free, and the
 * wait for one to end. One thread owns it; nothing here allocates.
 */
final class SlotRing {
    /** The answer when no slot or no descriptor is free. */
    static final int FULL = -1;

    /** The answer when no request has ended. */
    static final int NONE = -1;

    private final FrontEnd frontEnd;
    private final int index;
    private final RingDriver ring;
    private final int[] usedLengths;
    private final int[] freeSlots;
    private int freeSlotCount;

    SlotRing(FrontEnd frontEnd, int index, RingDriver ring) {
        this.frontEnd = frontEnd;
        this.index = index;
        this.ring = ring;
        int slotCount = ring.sizeEntries();
        usedLengths = new int[slotCount];
        freeSlots = new int[slotCount];
        for (int slot = slotCount - 1; slot >= 0; slot--) {
            freeSlots[freeSlotCount++] = slot;
        }
    }

    /** The slot that the next {@link #add} takes, or {@link #FULL}. */
    int nextSlot() {
        return freeSlotCount == 0 ? FULL : freeSlots[freeSlotCount - 1];
    }

    /**
     * Makes the next slot's request available; false, with nothing changed, if there is no room.
     */
    boolean add(BufferList readable, BufferList writable) {
        if (!ring.add(readable, writable, freeSlots[freeSlotCount - 1])) {
            return false;
        }
        freeSlotCount--;
        return true;
    }

    /** Kicks the device if it wants that for what was added since the last kick. */
    void kick() {
        if (ring.kickNeeded()) {
            frontEnd.kick(index);
        }
    }

    /** Takes an ended request without waiting: its slot, or {@link #NONE}. */
    int poll() {
        int slot = ring.poll();
        if (slot != RingDriver.NOTHING) {
            usedLengths[slot] = ring.usedLengthBytes();
            freeSlots[freeSlotCount++] = slot;
        }
        return slot;
    }

    /** Kicks if needed, and waits for the device's call: an ended slot, or {@link #NONE}. */
    int await(long timeoutNanos) {
        kick();
        int slot = poll();
        if (slot >= 0) {
            return slot;
        }
        long deadline = System.nanoTime() + timeoutNanos;
        for (; ; ) {
            if (!ring.enableCalls()) {
                return poll();
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return NONE;
            }
            frontEnd.awaitCall(index, left);
            slot = poll();
            if (slot >= 0) {
                return slot;
            }
        }
    }

    int usedLengthBytes(int slot) {
        return usedLengths[slot];
    }

    int slotCount() {
        return freeSlots.length;
    }

    int inFlight() {
        return freeSlots.length - freeSlotCount;
    }

    RingDriver ring() {
        return ring;
    }
}
