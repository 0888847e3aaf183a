package dev.platter.backend.uring;

import org.jspecify.annotations.Nullable;

/** The share of one queue in the ring of its owner's loop. */
final class SharedLane extends Lane {
    private final RingLoop loop;
    private final Ring ring;
    private final FileTable table;
    private final QueueFiles files;
    private final GuestBuffers buffers;
    private @Nullable CompletionSink sink;

    /**
     * Takes a share.
     *
     * @param buffers the ring's, if this queue's disk asked for them; else some that hold nothing
     */
    SharedLane(
            int number,
            RingLoop loop,
            Ring ring,
            FileTable table,
            QueueFiles files,
            GuestBuffers buffers) {
        super(number);
        this.loop = loop;
        this.ring = ring;
        this.table = table;
        this.files = files;
        this.buffers = buffers;
    }

    @Override
    void bind(CompletionSink queue) {
        sink = queue;
    }

    CompletionSink sink() {
        CompletionSink bound = sink;
        if (bound == null) {
            throw new IllegalStateException("a lane without a queue has a completion");
        }
        return bound;
    }

    @Override
    Ring ring() {
        return ring;
    }

    @Override
    FileTable table() {
        return table;
    }

    @Override
    GuestBuffers buffers() {
        return buffers;
    }

    @Override
    boolean owned() {
        return loop.owned();
    }

    @Override
    int adopt() {
        return loop.adopt();
    }

    @Override
    boolean room(int entries) {
        if (ring.submissions().free() >= entries) {
            return true;
        }
        loop.doNotWait();
        return false;
    }

    @Override
    public void close() {
        files.detach();
        loop.unregister(buffers);
        loop.laneClosed(this);
    }
}
