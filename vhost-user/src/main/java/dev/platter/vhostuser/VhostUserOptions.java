package dev.platter.vhostuser;

import dev.platter.api.device.EventLoopProvider;
import dev.platter.loop.EpollLoopProvider;

/**
 * How a server presents its device to front-ends.
 *
 * @param maxQueues how many queues a front-end may use, 1 to 256, the device's control queues
 *     included; never more than the device has
 * @param maxMemorySlots how many memory regions a front-end may add, 8 to 509
 * @param loops where each running queue's thread gets the loop that it waits in
 * @param polling how such a thread polls before it waits; one for all servers of a process, whose
 *     threads share its processors
 */
public record VhostUserOptions(
        int maxQueues, int maxMemorySlots, EventLoopProvider loops, Polling polling) {
    /** The most queues that the protocol can name. */
    public static final int QUEUE_LIMIT = VhostUserProtocol.MAX_VRINGS;

    /** The most memory regions a session maps. */
    public static final int MEMORY_SLOT_LIMIT = 509;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is out of its range
     */
    public VhostUserOptions {
        if (maxQueues < 1 || maxQueues > QUEUE_LIMIT) {
            throw new IllegalArgumentException(
                    "a front-end can use 1 to " + QUEUE_LIMIT + " queues, not " + maxQueues);
        }
        if (maxMemorySlots < VhostUserProtocol.MAX_REGIONS_PER_MESSAGE
                || maxMemorySlots > MEMORY_SLOT_LIMIT) {
            throw new IllegalArgumentException(
                    "a session maps %d to %d memory regions, not %d"
                            .formatted(
                                    VhostUserProtocol.MAX_REGIONS_PER_MESSAGE,
                                    MEMORY_SLOT_LIMIT,
                                    maxMemorySlots));
        }
    }

    /** Without polling. */
    public VhostUserOptions(int maxQueues, int maxMemorySlots, EventLoopProvider loops) {
        this(maxQueues, maxMemorySlots, loops, Polling.upTo(0));
    }

    /** With threads that wait in {@code epoll}. */
    public VhostUserOptions(int maxQueues, int maxMemorySlots) {
        this(maxQueues, maxMemorySlots, new EpollLoopProvider());
    }

    /** All of the device's queues, and as many memory regions as there can be. */
    public static VhostUserOptions defaults() {
        return new VhostUserOptions(QUEUE_LIMIT, MEMORY_SLOT_LIMIT);
    }
}
