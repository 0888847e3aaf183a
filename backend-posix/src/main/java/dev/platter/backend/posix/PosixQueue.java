package dev.platter.backend.posix;

import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.BlockQueueStatistics;
import dev.platter.api.block.CompletionHandler;
import dev.platter.api.block.Errno;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import dev.platter.backend.file.FlushLedger;
import dev.platter.backend.file.ImageFile;
import dev.platter.backend.file.IoCounters;
import dev.platter.linux.FileCalls;
import java.lang.foreign.Arena;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue whose requests are made inside {@link #poll}, one after the other, by blocking calls of
 * its owner; at most {@value #BATCH} a poll, so that the owner gets to look at what else there is.
 */
final class PosixQueue implements BlockQueue {
    /** The most requests one poll makes. */
    static final int BATCH = 8;

    private static final Logger LOG = LoggerFactory.getLogger(PosixQueue.class);

    private final PosixBackend backend;
    private final ImageFile image;
    private final FlushLedger ledger;
    private final RequestRing ring;
    private final IoCounters counters;
    private final FileCalls calls;
    private final int fd;
    private final Arena arena;
    private final VectorTransfers transfers;
    private final DurableCalls durable;
    private final RangeCalls ranges;
    private boolean closed;

    PosixQueue(PosixBackend backend, int capacity, FileCalls calls, int fd, Arena arena) {
        this.backend = backend;
        this.image = backend.image();
        this.ledger = backend.ledger();
        this.calls = calls;
        this.fd = fd;
        this.arena = arena;
        ring = new RequestRing(capacity);
        counters = new IoCounters();
        int blockBytes = image.direct() ? image.limits().requestAlignmentBytes() : 1;
        transfers =
                new VectorTransfers(
                        calls, fd, blockBytes, image.memoryAlignmentBytes(), counters, arena);
        durable = new DurableCalls(image, ledger, transfers, calls, fd, counters);
        ranges = new RangeCalls(image, ledger, transfers, durable, calls, fd, counters, arena);
    }

    @Override
    public int capacity() {
        return ring.capacity();
    }

    @Override
    public int inFlight() {
        return ring.count();
    }

    @Override
    public boolean readv(long tag, long offsetBytes, IoVector target) {
        return ring.addTransfer(RequestRing.READ, tag, offsetBytes, target, IoFlags.NONE);
    }

    @Override
    public boolean writev(long tag, long offsetBytes, IoVector source, int flags) {
        return ring.addTransfer(RequestRing.WRITE, tag, offsetBytes, source, flags);
    }

    @Override
    public boolean flush(long tag) {
        // Sampled here: the promise is about writes whose completion has been delivered by now.
        return ring.addFlush(tag, ledger.written());
    }

    @Override
    public boolean writeZeroes(long tag, long offsetBytes, long lengthBytes, int flags) {
        return ring.addRange(RequestRing.ZEROES, tag, offsetBytes, lengthBytes, flags);
    }

    @Override
    public boolean discard(long tag, long offsetBytes, long lengthBytes, int flags) {
        return ring.addRange(RequestRing.DISCARD, tag, offsetBytes, lengthBytes, flags);
    }

    @Override
    public int poll(CompletionHandler handler) {
        int delivered = 0;
        while (delivered < BATCH && ring.count() > 0) {
            long tag = ring.tag();
            int result = attempt();
            ring.remove();
            if (result < 0) {
                counters.countError();
            }
            delivered++;
            handler.completed(tag, result);
        }
        return delivered;
    }

    /**
     * Carries the first request out. Copying from or to guest memory whose backing is gone throws;
     * that is the request's error, and must not end the queue.
     */
    private int attempt() {
        try {
            return execute();
        } catch (RuntimeException | InternalError fault) {
            LOG.warn("{}: a request failed on its memory: {}", image.path(), fault.toString());
            if (ring.operation() != RequestRing.READ) {
                ledger.writeFinished();
                if ((ring.flags() & IoFlags.FUA) != 0) {
                    ledger.fail(Errno.EFAULT);
                }
            }
            return -Errno.EFAULT;
        }
    }

    private int execute() {
        int operation = ring.operation();
        if (operation == RequestRing.FLUSH) {
            return image.readOnly() ? elided() : durable.flush(ring.generation());
        }
        if (operation != RequestRing.READ && image.readOnly()) {
            return -Errno.EROFS;
        }
        long offset = ring.offset();
        long length = ring.length();
        if (!inside(offset, length, operation)) {
            return -Errno.EINVAL;
        }
        boolean fua = (ring.flags() & IoFlags.FUA) != 0;
        return switch (operation) {
            case RequestRing.READ -> transfers.read(ring.vector(), offset);
            case RequestRing.WRITE ->
                    fua
                            ? durable.durableWrite(ring.vector(), offset)
                            : durable.write(ring.vector(), offset);
            case RequestRing.ZEROES -> ranges.writeZeroes(offset, length, ring.flags());
            default -> ranges.discard(offset, length, fua);
        };
    }

    private int elided() {
        counters.countElidedFlush();
        return 0;
    }

    /** Whether a request is aligned, inside the disk and not too long; cannot overflow. */
    private boolean inside(long offset, long length, int operation) {
        boolean transfer = operation == RequestRing.READ || operation == RequestRing.WRITE;
        long maxBytes =
                transfer ? image.limits().maxTransferBytes() : image.limits().maxDiscardBytes();
        long misaligned = (offset | length) & (image.limits().requestAlignmentBytes() - 1);
        return misaligned == 0
                && offset >= 0
                && length >= 0
                && length <= maxBytes
                && length <= image.sizeBytes() - offset;
    }

    /** None: every poll makes some of what is in flight and leaves the rest unsubmitted. */
    @Override
    public int completionFd() {
        return -1;
    }

    @Override
    public BlockQueueStatistics statistics() {
        return counters.snapshot();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (ring.count() > 0) {
            throw new IllegalStateException(ring.count() + " requests are in flight");
        }
        closed = true;
        int answer = calls.close(fd);
        if (answer < 0) {
            LOG.warn("{}: closing a queue's descriptor answered {}", image.path(), answer);
        }
        transfers.close();
        ranges.close();
        arena.close();
        backend.queueClosed(this);
    }
}
