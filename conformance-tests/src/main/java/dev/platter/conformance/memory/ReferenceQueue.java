package dev.platter.conformance.memory;

import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.BlockQueueStatistics;
import dev.platter.api.block.CompletionHandler;
import dev.platter.api.memory.IoVector;
import dev.platter.conformance.memory.ReferenceRequest.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A queue of a {@link ReferenceBackend}. A poll also takes other queues' requests forward. */
final class ReferenceQueue implements BlockQueue {
    private static final int NO_FD = -1;

    private final ReferenceBackend backend;
    private final int capacity;
    private final List<ReferenceRequest> running = new ArrayList<>();
    private final List<ReferenceRequest> ended = new ArrayList<>();

    ReferenceQueue(ReferenceBackend backend, int capacity) {
        this.backend = backend;
        this.capacity = capacity;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public int inFlight() {
        synchronized (backend) {
            return running.size() + ended.size();
        }
    }

    @Override
    public boolean readv(long tag, long offsetBytes, IoVector target) {
        return submit(Kind.READ, tag, offsetBytes, target.lengthBytes(), 0, target);
    }

    @Override
    public boolean writev(long tag, long offsetBytes, IoVector source, int flags) {
        return submit(Kind.WRITE, tag, offsetBytes, source.lengthBytes(), flags, source);
    }

    @Override
    public boolean flush(long tag) {
        return submit(Kind.FLUSH, tag, 0, 0, 0, null);
    }

    @Override
    public boolean writeZeroes(long tag, long offsetBytes, long lengthBytes, int flags) {
        return submit(Kind.ZEROES, tag, offsetBytes, lengthBytes, flags, null);
    }

    @Override
    public boolean discard(long tag, long offsetBytes, long lengthBytes, int flags) {
        return submit(Kind.DISCARD, tag, offsetBytes, lengthBytes, flags, null);
    }

    private boolean submit(
            Kind kind, long tag, long offset, long length, int flags, @Nullable IoVector vector) {
        synchronized (backend) {
            if (inFlight() == capacity) {
                return false;
            }
            ReferenceRequest request =
                    new ReferenceRequest(kind, tag, offset, length, flags, vector);
            request.result = backend.validate(request);
            if (request.result < 0) {
                ended.add(request);
            } else {
                backend.plan(request);
                running.add(request);
            }
            return true;
        }
    }

    @Override
    public int poll(CompletionHandler handler) {
        synchronized (backend) {
            int delivered = deliver(handler);
            while (!running.isEmpty() && (delivered == 0 || backend.random.nextInt(3) != 0)) {
                step();
                delivered += deliver(handler);
            }
            return delivered;
        }
    }

    private int deliver(CompletionHandler handler) {
        int delivered = 0;
        int most = ended.size();
        while (delivered < most) {
            ReferenceRequest request = ended.removeFirst();
            delivered++;
            handler.completed(request.tag, request.result);
        }
        return delivered;
    }

    private void step() {
        List<ReferenceRequest> all = new ArrayList<>();
        backend.queues.forEach(queue -> all.addAll(queue.running));
        ReferenceRequest request = backend.pick(running, all);
        backend.advance(request);
        if (request.steps.isEmpty()) {
            backend.queues.forEach(queue -> queue.end(request));
        }
    }

    private void end(ReferenceRequest request) {
        if (running.remove(request)) {
            ended.add(request);
        }
    }

    @Override
    public int completionFd() {
        return NO_FD;
    }

    @Override
    public BlockQueueStatistics statistics() {
        return BlockQueueStatistics.ZERO;
    }

    @Override
    public void close() {
        synchronized (backend) {
            if (inFlight() > 0) {
                throw new IllegalStateException(inFlight() + " requests are in flight");
            }
            backend.queues.remove(this);
        }
    }
}
