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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that carries requests out when it is polled, unless it is told to hold them, and
 * gives held ones up if it is told to. Its data plane allocates nothing.
 */
final class MemoryDisk implements BlockBackend {
    private static final BlockLimits LIMITS =
            new BlockLimits(1, 1 << 20, 512, 0, 512, 1 << 20, true);

    final MemorySegment content;
    volatile boolean held;
    volatile boolean refusesQueues;

    /** Whether a request is given up when asked; by its tag. */
    volatile LongPredicate cancels = tag -> false;

    /** Whether a queue takes no request, as if it were full. */
    volatile boolean refusesRequests;

    /** How many requests were carried out. */
    final AtomicInteger carriedOut = new AtomicInteger();

    /** How many queues are open. */
    final AtomicInteger openQueues = new AtomicInteger();

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
        openQueues.incrementAndGet();
        return new Queue(capacity);
    }

    @Override
    public BlockQueueStatistics statistics() {
        return BlockQueueStatistics.ZERO;
    }

    @Override
    public void close() {}

    private final class Queue implements BlockQueue {
        private static final int READ = 0;
        private static final int WRITE = 1;
        private static final int FLUSH = 2;
        private static final int ZEROES = 3;

        private final long[] tags;
        private final int[] operations;
        private final long[] offsets;
        private final long[] lengths;
        private final @Nullable IoVector[] vectors;
        private final boolean[] cancelled;
        private int count;

        Queue(int capacity) {
            tags = new long[capacity];
            operations = new int[capacity];
            offsets = new long[capacity];
            lengths = new long[capacity];
            vectors = new IoVector[capacity];
            cancelled = new boolean[capacity];
        }

        @Override
        public int capacity() {
            return tags.length;
        }

        @Override
        public int inFlight() {
            return refusesRequests ? tags.length : count;
        }

        private boolean accept(
                int operation, long tag, long offset, long length, @Nullable IoVector vector) {
            if (count == tags.length || refusesRequests) {
                return false;
            }
            tags[count] = tag;
            operations[count] = operation;
            offsets[count] = offset;
            lengths[count] = length;
            vectors[count] = vector;
            cancelled[count] = false;
            count++;
            return true;
        }

        @Override
        public boolean readv(long tag, long offsetBytes, IoVector target) {
            return accept(READ, tag, offsetBytes, target.lengthBytes(), target);
        }

        @Override
        public boolean writev(long tag, long offsetBytes, IoVector source, int flags) {
            return accept(WRITE, tag, offsetBytes, source.lengthBytes(), source);
        }

        @Override
        public boolean flush(long tag) {
            return accept(FLUSH, tag, 0, 0, null);
        }

        @Override
        public boolean writeZeroes(long tag, long offsetBytes, long lengthBytes, int flags) {
            return accept(ZEROES, tag, offsetBytes, lengthBytes, null);
        }

        @Override
        public boolean discard(long tag, long offsetBytes, long lengthBytes, int flags) {
            return writeZeroes(tag, offsetBytes, lengthBytes, flags);
        }

        @Override
        public void cancel(long tag) {
            for (int i = 0; i < count; i++) {
                cancelled[i] |= tags[i] == tag && cancels.test(tag);
            }
        }

        @Override
        public int poll(CompletionHandler handler) {
            int delivered = 0;
            // What completions submit comes to the end, and has its turn as well.
            for (int i = 0; i < count; ) {
                if (held && !cancelled[i]) {
                    i++;
                    continue;
                }
                long tag = tags[i];
                int result = cancelled[i] ? -Errno.ECANCELED : carryOut(i);
                remove(i);
                handler.completed(tag, result);
                delivered++;
            }
            return delivered;
        }

        private void remove(int place) {
            count--;
            int behind = count - place;
            System.arraycopy(tags, place + 1, tags, place, behind);
            System.arraycopy(operations, place + 1, operations, place, behind);
            System.arraycopy(offsets, place + 1, offsets, place, behind);
            System.arraycopy(lengths, place + 1, lengths, place, behind);
            System.arraycopy(vectors, place + 1, vectors, place, behind);
            System.arraycopy(cancelled, place + 1, cancelled, place, behind);
        }

        private int carryOut(int place) {
            carriedOut.incrementAndGet();
            long offset = offsets[place];
            long length = lengths[place];
            if (offset < 0 || length > content.byteSize() - offset) {
                return -Errno.EINVAL;
            }
            if (operations[place] == ZEROES) {
                content.asSlice(offset, length).fill((byte) 0);
            }
            IoVector vector = vectors[place];
            return vector == null ? 0 : transfer(operations[place], offset, vector);
        }

        private int transfer(int operation, long offset, IoVector vector) {
            long at = offset;
            for (int i = 0; i < vector.count(); i++) {
                long piece = vector.pieceBytes(i);
                MemorySegment memory = vector.segment(i);
                if (operation == READ) {
                    MemorySegment.copy(content, at, memory, vector.offset(i), piece);
                } else {
                    MemorySegment.copy(memory, vector.offset(i), content, at, piece);
                }
                at += piece;
            }
            return (int) vector.lengthBytes();
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
            openQueues.decrementAndGet();
        }
    }
}
