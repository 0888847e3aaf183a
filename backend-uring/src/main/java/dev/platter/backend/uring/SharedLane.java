package dev.platter.backend.uring;

import org.jspecify.annotations.Nullable;

/** The share of one queue in the ring of its owner's loop. */
final class SharedLane extends Lane {
    private final RingLoop loop;
    private final Ring ring;
    private final FileTable table;
    private final QueueFiles files;
    private @Nullable CompletionSink sink;

    SharedLane(int number, RingLoop loop, Ring ring, FileTable table, QueueFiles files) {
        super(number);
        this.loop = loop;
        this.ring = ring;
        this.table = table;
        this.files = files;
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
        return loop.buffers();
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
        loop.laneClosed(this);
    }
}
