package dev.platter.backend.uring;

/**
 * The way of one queue into a ring: one of its own, or a share of its owner's. Owner thread only,
 * but for its making and its end.
 */
abstract class Lane implements AutoCloseable {
    private final int number;

    Lane(int number) {
        this.number = number;
    }

    /** What the submissions of this queue are known by, from 1. */
    final int number() {
        return number;
    }

    /** The ring as it is now. */
    abstract Ring ring();

    /** The ring's registered descriptors, as they are now. */
    abstract FileTable table();

    /** The guest's memory as the ring has it registered. */
    abstract GuestBuffers buffers();

    /** Whether entries that are linked are sure to be started one after the other. */
    boolean keepsLinks() {
        return true;
    }

    /** Whether the ring is the calling thread's. */
    abstract boolean owned();

    /**
     * Makes the ring the calling thread's. Nothing of this queue is claimed or in flight.
     *
     * @return 0 or a negative errno
     */
    abstract int adopt();

    /**
     * Whether so many entries can be claimed. If not, the caller tries again when it is polled; it
     * will be, before the owner waits without end.
     */
    abstract boolean room(int entries);

    /**
     * Claims an entry; there is one, see {@link #room}.
     *
     * @param opcode of {@link dev.platter.linux.IoUringOp}
     * @param place of the descriptor in the {@link #table}
     * @param slot of the request
     * @param part of {@link UserData}
     */
    final Sqe start(int opcode, int place, int slot, int part) {
        return ring().submissions().claim().start(opcode, place, UserData.of(number, slot, part));
    }

    /** Says where completions go; a ring of the queue's own is asked for them by the queue. */
    void bind(CompletionSink queue) {}

    @Override
    public abstract void close();
}
