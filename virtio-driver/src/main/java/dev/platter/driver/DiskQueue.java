package dev.platter.driver;

/**
 * One disk as one queue reaches it, whichever device speaks behind it: requests are submitted, and
 * reaped by the number of the slot they were given. One thread owns it. Nothing here allocates.
 *
 * <p>The order of calls: submit as often as wanted, {@link #poll()} until nothing has ended, then
 * {@link #await}. A slot is free again once it was reaped.
 */
public interface DiskQueue {
    /** The answer of a submit when no slot or no descriptor is free: nothing was submitted. */
    int FULL = SlotRing.FULL;

    /** The answer of {@link #poll()} and {@link #await} when no request has ended. */
    int NONE = SlotRing.NONE;

    /**
     * Submits a read of whole blocks; does not kick.
     *
     * @param offsetBytes where on the disk
     * @param guestAddress where to, one contiguous piece
     * @return the request's slot, or {@link #FULL}
     */
    int read(long offsetBytes, long guestAddress, int lengthBytes);

    /**
     * Submits a write of whole blocks; does not kick.
     *
     * @param fua whether the write is durable before it ends; only where {@link #fua()} is true
     * @return the request's slot, or {@link #FULL}
     */
    int write(long offsetBytes, long guestAddress, int lengthBytes, boolean fua);

    /** Submits a flush of the whole disk; does not kick. Answers like the others. */
    int flush();

    /** Kicks the device if it wants that for what was submitted since the last kick. */
    void kick();

    /** Takes an ended request without waiting: its slot, or {@link #NONE}. */
    int poll();

    /**
     * Kicks if needed, and waits for the device's call until a request has ended.
     *
     * @return its slot, or {@link #NONE} when the time is over
     */
    int await(long timeoutNanos);

    /** Whether the request last reaped from a slot was done. */
    boolean good(int slot);

    /** What the device answered in a slot, for a message. */
    String answerText(int slot);

    /** Whether the device knows writes with FUA; virtio-blk has none. */
    boolean fua();

    /** How many slots there are: one more than the highest slot number. */
    int slotCount();
}
