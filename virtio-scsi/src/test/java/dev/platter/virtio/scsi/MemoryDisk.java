package dev.platter.virtio.scsi;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockLimits;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.BlockQueueStatistics;
import dev.platter.api.block.CompletionHandler;
import dev.platter.api.block.Errno;
import dev.platter.api.memory.IoVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A disk in memory that completes requests when it is polled, unless it is told to hold them. Its
 * data plane allocates nothing.
 */
final class MemoryDisk implements BlockBackend {
    private static final BlockLimits LIMITS =
            new BlockLimits(1, 1 << 20, 512, 0, 512, 1 << 20, true);

    final MemorySegment content;
    volatile boolean held;
    volatile boolean refusesQueues;

    MemoryDisk(Arena arena, long sizeBytes) {
        content = arena.allocate(sizeBytes);
    }

    @Override
    public long sizeBytes() {
        return content.byteSize();
    }

    @Override
    public boolean readOnly() {
        return false;
    }

    @Override
    public BlockLimits limits() {
        return LIMITS;
    }

    @Override
    public String description() {
        return "a disk in memory";
    }

    @Override
    public BlockQueue openQueue(int capacity) throws BackendException {
        if (refusesQueues) {
            throw new BackendException("the disk in memory refuses queues");
        }
        return new Queue(capacity);
    }

    @Override
    public BlockQueueStatistics statistics() {
        return BlockQueueStatistics.ZERO;
    }

    @Override
    public void close() {}

    private final class Queue implements BlockQueue {
        private final long[] tags;
        private final int[] results;
        private int count;

        Queue(int capacity) {
            tags = new long[capacity];
            results = new int[capacity];
        }

        @Override
        public int capacity() {
            return tags.length;
        }

        @Override
        public int inFlight() {
            return count;
        }

        private boolean accept(long tag, int result) {
            if (count == tags.length) {
                return false;
            }
            tags[count] = tag;
            results[count] = result;
            count++;
            return true;
        }

        private boolean isOutside(long offsetBytes, long lengthBytes) {
            return offsetBytes < 0 || lengthBytes > content.byteSize() - offsetBytes;
        }

        @Override
        public boolean readv(long tag, long offsetBytes, IoVector target) {
            if (count < tags.length && !isOutside(offsetBytes, target.lengthBytes())) {
                long at = offsetBytes;
                for (int i = 0; i < target.count(); i++) {
                    long piece = target.pieceBytes(i);
                    MemorySegment.copy(content, at, target.segment(i), target.offset(i), piece);
                    at += piece;
                }
                return accept(tag, (int) target.lengthBytes());
            }
            return accept(tag, -Errno.EINVAL);
        }

        @Override
        public boolean writev(long tag, long offsetBytes, IoVector source, int flags) {
            if (count < tags.length && !isOutside(offsetBytes, source.lengthBytes())) {
                long at = offsetBytes;
                for (int i = 0; i < source.count(); i++) {
                    long piece = source.pieceBytes(i);
                    MemorySegment.copy(source.segment(i), source.offset(i), content, at, piece);
                    at += piece;
                }
                return accept(tag, (int) source.lengthBytes());
            }
            return accept(tag, -Errno.EINVAL);
        }

        @Override
        public boolean flush(long tag) {
            return accept(tag, 0);
        }

        @Override
        public boolean writeZeroes(long tag, long offsetBytes, long lengthBytes, int flags) {
            if (isOutside(offsetBytes, lengthBytes)) {
                return accept(tag, -Errno.EINVAL);
            }
            content.asSlice(offsetBytes, lengthBytes).fill((byte) 0);
            return accept(tag, 0);
        }

        @Override
        public boolean discard(long tag, long offsetBytes, long lengthBytes, int flags) {
            return writeZeroes(tag, offsetBytes, lengthBytes, flags);
        }

        @Override
        public int poll(CompletionHandler handler) {
            if (held) {
                return 0;
            }
            int delivered = 0;
            while (count > 0) {
                long tag = tags[0];
                int result = results[0];
                count--;
                System.arraycopy(tags, 1, tags, 0, count);
                System.arraycopy(results, 1, results, 0, count);
                handler.completed(tag, result);
                delivered++;
            }
            return delivered;
        }

        @Override
        public int completionFd() {
            return -1;
        }

        @Override
        public BlockQueueStatistics statistics() {
            return BlockQueueStatistics.ZERO;
        }

        @Override
        public void close() {
            if (count > 0) {
                throw new IllegalStateException("closed with requests in flight");
            }
        }
    }
}
