package dev.platter.virtio.scsi;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockLimits;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.BlockQueueStatistics;
import dev.platter.api.block.CompletionHandler;
import dev.platter.api.memory.IoVector;
import java.util.HashSet;
import java.util.Set;

/**
 * Stands between the logical unit and its backend, and asks for something else than the unit did:
 * so that a unit that asks wrongly can be imitated without breaking the unit. Honest by default.
 */
class DiskSpoiler implements BlockBackend {
    private BlockBackend backend;

    /** What the guest's commands in flight are, as far as a broken device would confuse them. */
    GuestStep.Action lastStarted = GuestStep.Action.DRAIN;

    /** The error of a flush, or 0 if none has failed. */
    int worstFlush;

    void over(BlockBackend newBackend) {
        backend = newBackend;
    }

    /** The CDB that the device takes for the guest's. */
    byte[] cdb(GuestStep step, byte[] cdb) {
        return cdb;
    }

    int writeFlags(int flags) {
        return flags;
    }

    int zeroFlags(int flags) {
        return flags;
    }

    int discardFlags(int flags) {
        return flags;
    }

    boolean flushes() {
        return true;
    }

    boolean flushesTwice() {
        return false;
    }

    int flushResult(int result) {
        return result;
    }

    /** Whether something else happens to the write cache at a reset. */
    boolean cacheOnAfter(GuestStep.Action reset) {
        return false;
    }

    /** Whether task management is answered without waiting for anything. */
    boolean answersAtOnce() {
        return false;
    }

    @Override
    public long sizeBytes() {
        return backend.sizeBytes();
    }

    @Override
    public boolean readOnly() {
        return backend.readOnly();
    }

    @Override
    public BlockLimits limits() {
        return backend.limits();
    }

    @Override
    public String description() {
        return backend.description();
    }

    @Override
    public BlockQueue openQueue(int capacity) throws BackendException {
        return new Queue(backend.openQueue(2 * capacity), capacity);
    }

    @Override
    public BlockQueueStatistics statistics() {
        return backend.statistics();
    }

    @Override
    public void close() throws BackendException {
        backend.close();
    }

    private final class Queue implements BlockQueue {
        private static final long EXTRA = 1L << 40;
        private final BlockQueue queue;
        private final int capacity;
        private final Set<Long> flushes = new HashSet<>();

        Queue(BlockQueue queue, int capacity) {
            this.queue = queue;
            this.capacity = capacity;
        }

        @Override
        public int capacity() {
            return capacity;
        }

        @Override
        public int inFlight() {
            return queue.inFlight();
        }

        @Override
        public boolean readv(long tag, long offsetBytes, IoVector target) {
            return queue.readv(tag, offsetBytes, target);
        }

        @Override
        public boolean writev(long tag, long offsetBytes, IoVector source, int flags) {
            return queue.writev(tag, offsetBytes, source, writeFlags(flags));
        }

        @Override
        public boolean flush(long tag) {
            if (!DiskSpoiler.this.flushes()) {
                return queue.writeZeroes(tag, 0, 0, 0);
            }
            flushes.add(tag);
            return queue.flush(tag) && (!flushesTwice() || queue.flush(tag | EXTRA));
        }

        @Override
        public boolean writeZeroes(long tag, long offsetBytes, long lengthBytes, int flags) {
            return queue.writeZeroes(tag, offsetBytes, lengthBytes, zeroFlags(flags));
        }

        @Override
        public boolean discard(long tag, long offsetBytes, long lengthBytes, int flags) {
            return queue.discard(tag, offsetBytes, lengthBytes, discardFlags(flags));
        }

        @Override
        public int poll(CompletionHandler handler) {
            int[] delivered = {0};
            do {
                queue.poll(
                        (tag, result) -> {
                            if ((tag & EXTRA) == 0) {
                                delivered[0]++;
                                boolean flush = flushes.remove(tag);
                                worstFlush = flush ? Math.min(result, worstFlush) : worstFlush;
                                handler.completed(tag, flush ? flushResult(result) : result);
                            }
                        });
            } while (delivered[0] == 0 && queue.inFlight() > 0);
            return delivered[0];
        }

        @Override
        public int completionFd() {
            return queue.completionFd();
        }

        @Override
        public BlockQueueStatistics statistics() {
            return queue.statistics();
        }

        @Override
        public void close() {
            while (queue.inFlight() > 0) {
                queue.poll((tag, result) -> {});
            }
            queue.close();
        }
    }
}
