package dev.platter.scsi;

import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockLimits;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.BlockQueueStatistics;
import dev.platter.api.block.CompletionHandler;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * A disk in memory with a volatile cache, whose requests end when the test says so. It keeps to the
 * letter of the contract and gives nothing beyond: a flush covers exactly the writes whose
 * completion was delivered before it was submitted. Work in the background has a queue of its own:
 * one lock guards all.
 */
class MemoryBackend implements BlockBackend {
    static final int SECTOR_BYTES = 512;
    static final int NO_FD = -1;

    enum Kind {
        READ,
        WRITE,
        FLUSH,
        ZEROES,
        DISCARD
    }

    /** One request as it came, and what became of it. */
    static final class Request {
        final Kind kind;
        final long offset;
        final long length;
        final int flags;
        private final MemoryQueue queue;
        private final long tag;
        private final IoVector vector;
        private final int coveredWrites;
        private int result;

        private Request(
                Kind kind,
                long offset,
                long length,
                int flags,
                MemoryQueue queue,
                long tag,
                IoVector vector,
                int coveredWrites) {
            this.kind = kind;
            this.offset = offset;
            this.length = length;
            this.flags = flags;
            this.queue = queue;
            this.tag = tag;
            this.vector = vector;
            this.coveredWrites = coveredWrites;
        }

        boolean fua() {
            return (flags & IoFlags.FUA) != 0;
        }

        boolean mayUnmap() {
            return (flags & IoFlags.MAY_UNMAP) != 0;
        }

        @Override
        public String toString() {
            return kind
                    + (kind == Kind.FLUSH ? "" : " " + offset + "+" + length)
                    + (fua() ? " FUA" : "")
                    + (mayUnmap() ? " UNMAP" : "");
        }
    }

    /** What a write leaves in the cache until it is stable. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Change(long offset, byte[] bytes, long order) {}

    final byte[] image;
    final byte[] stable;

    /** Every accepted request, in the order of submission. */
    final List<Request> requests = new ArrayList<>();

    /** Requests that have not been released. */
    final List<Request> pending = new ArrayList<>();

    final List<MemoryQueue> queues = new ArrayList<>();

    /** Ends every request as soon as its queue is polled. */
    boolean automatic = true;

    boolean readOnly;
    boolean refuseNext;

    /** The error of every request from now on, or 0; counted down by {@link #failAfter}. */
    int errno;

    int failAfter;
    BlockLimits limits = new BlockLimits(SECTOR_BYTES, 1 << 20, 4096, 0, 4096, 1 << 20, true);

    private final long[] stableOrder;
    private final List<Change> delivered = new ArrayList<>();
    private long nextOrder = 1;

    MemoryBackend(int sectors) {
        image = new byte[sectors * SECTOR_BYTES];
        stable = new byte[sectors * SECTOR_BYTES];
        stableOrder = new long[sectors];
    }

    /** Fills the medium with bytes that tell their place, all stable. */
    MemoryBackend filled() {
        for (int i = 0; i < image.length; i++) {
            image[i] = (byte) (i / SECTOR_BYTES * 31 + i * 7 + 1);
        }
        System.arraycopy(image, 0, stable, 0, image.length);
        return this;
    }

    /** Ends a request with success; its completion is delivered by its queue's next poll. */
    void release(Request request) {
        release(request, 0);
    }

    /** Ends a request with an error, or with success where that is 0. */
    void release(Request request, int withErrno) {
        check(pending.remove(request));
        request.result = withErrno != 0 ? -withErrno : perform(request);
        request.queue.ready.add(request);
    }

    /** The log of requests as text, for comparison. */
    List<String> log() {
        return requests.stream().map(Request::toString).toList();
    }

    boolean isStable(long offset, int length) {
        int from = (int) offset;
        return Arrays.equals(image, from, from + length, stable, from, from + length);
    }

    /** A demand of the contract on its caller. */
    private static void check(boolean kept) {
        if (!kept) {
            throw new AssertionError("the contract of BlockQueue is broken");
        }
    }

    private int nextErrno() {
        if (errno == 0 || failAfter > 0) {
            failAfter--;
            return 0;
        }
        return errno;
    }

    private int perform(Request request) {
        int from = (int) request.offset;
        int length = (int) request.length;
        switch (request.kind) {
            case READ -> request.vector.copyFrom(0, MemorySegment.ofArray(image), from, length);
            case FLUSH -> {
                for (int i = 0; i < request.coveredWrites; i++) {
                    makeStable(delivered.get(i));
                }
                return 0;
            }
            case WRITE -> {
                request.vector.copyTo(0, MemorySegment.ofArray(image), from, length);
                changed(request);
            }
            case ZEROES, DISCARD -> {
                Arrays.fill(image, from, from + length, (byte) 0);
                changed(request);
                return 0;
            }
        }
        return length;
    }

    private void changed(Request request) {
        int from = (int) request.offset;
        byte[] bytes = Arrays.copyOfRange(image, from, from + (int) request.length);
        Change change = new Change(request.offset, bytes, nextOrder++);
        if (request.fua()) {
            makeStable(change);
        } else {
            request.queue.changes.add(new MemoryQueue.Undelivered(request, change));
        }
    }

    private void makeStable(Change change) {
        for (int at = 0; at < change.bytes().length; at += SECTOR_BYTES) {
            int target = (int) change.offset() + at;
            int sector = target / SECTOR_BYTES;
            if (stableOrder[sector] < change.order()) {
                System.arraycopy(change.bytes(), at, stable, target, SECTOR_BYTES);
                stableOrder[sector] = change.order();
            }
        }
    }

    @Override
    public long sizeBytes() {
        return image.length;
    }

    @Override
    public boolean readOnly() {
        return readOnly;
    }

    @Override
    public BlockLimits limits() {
        return limits;
    }

    @Override
    public String description() {
        return "memory";
    }

    @Override
    public synchronized BlockQueue openQueue(int capacity) {
        MemoryQueue queue = new MemoryQueue(this, capacity);
        queues.add(queue);
        return queue;
    }

    @Override
    public BlockQueueStatistics statistics() {
        return BlockQueueStatistics.ZERO;
    }

    @Override
    public void close() {}

    /** One queue of the disk. */
    static final class MemoryQueue implements BlockQueue {
        private record Undelivered(Request request, Change change) {}

        private final MemoryBackend backend;
        private final int capacity;
        private final Deque<Request> ready = new ArrayDeque<>();
        private final List<Undelivered> changes = new ArrayList<>();
        private int inFlight;
        private boolean polling;
        boolean closed;

        private MemoryQueue(MemoryBackend backend, int capacity) {
            this.backend = backend;
            this.capacity = capacity;
        }

        private boolean accept(
                Kind kind, long tag, long offset, long length, int flags, IoVector vector) {
            synchronized (backend) {
                return acceptLocked(kind, tag, offset, length, flags, vector);
            }
        }

        private boolean acceptLocked(
                Kind kind, long tag, long offset, long length, int flags, IoVector vector) {
            if (inFlight == capacity || backend.refuseNext) {
                backend.refuseNext = false;
                return false;
            }
            boolean inside = offset >= 0 && length >= 0 && offset + length <= backend.image.length;
            check(inside && offset % SECTOR_BYTES == 0 && length % SECTOR_BYTES == 0);
            check(kind == Kind.FLUSH || length > 0);
            check(
                    length
                            <= (vector == null
                                    ? backend.limits.maxDiscardBytes()
                                    : backend.limits.maxTransferBytes()));
            Request request =
                    new Request(
                            kind,
                            offset,
                            length,
                            flags,
                            this,
                            tag,
                            vector,
                            backend.delivered.size());
            backend.requests.add(request);
            backend.pending.add(request);
            inFlight++;
            return true;
        }

        @Override
        public int capacity() {
            return capacity;
        }

        @Override
        public int inFlight() {
            return inFlight;
        }

        @Override
        public boolean readv(long tag, long offsetBytes, IoVector target) {
            return accept(Kind.READ, tag, offsetBytes, target.lengthBytes(), 0, target);
        }

        @Override
        public boolean writev(long tag, long offsetBytes, IoVector source, int flags) {
            return accept(Kind.WRITE, tag, offsetBytes, source.lengthBytes(), flags, source);
        }

        @Override
        public boolean flush(long tag) {
            return accept(Kind.FLUSH, tag, 0, 0, 0, null);
        }

        @Override
        public boolean writeZeroes(long tag, long offsetBytes, long lengthBytes, int flags) {
            return accept(Kind.ZEROES, tag, offsetBytes, lengthBytes, flags, null);
        }

        @Override
        public boolean discard(long tag, long offsetBytes, long lengthBytes, int flags) {
            return accept(Kind.DISCARD, tag, offsetBytes, lengthBytes, flags, null);
        }

        @Override
        public int poll(CompletionHandler handler) {
            synchronized (backend) {
                return pollLocked(handler);
            }
        }

        private int pollLocked(CompletionHandler handler) {
            check(!polling);
            polling = true;
            if (backend.automatic) {
                for (Request request : List.copyOf(backend.pending)) {
                    if (request.queue == this) {
                        backend.release(request, backend.nextErrno());
                    }
                }
            }
            int count = 0;
            for (int left = ready.size(); left > 0; left--) {
                Request request = ready.remove();
                inFlight--;
                count++;
                for (Undelivered undelivered : changes) {
                    if (undelivered.request() == request) {
                        backend.delivered.add(undelivered.change());
                    }
                }
                changes.removeIf(undelivered -> undelivered.request() == request);
                handler.completed(request.tag, request.result);
            }
            polling = false;
            return count;
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
            check(inFlight == 0);
            closed = true;
        }
    }
}
