package dev.platter.conformance.memory;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.BlockQueueStatistics;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.CompletionHandler;
import dev.platter.api.memory.IoVector;

/** A reference backend whose queues misbehave. */
final class BrokenQueues extends ReferenceBackend {
    enum Fault {
        TWICE,
        INSIDE_SUBMIT,
        REFUSES,
        SHORT,
        OTHER_THREAD,
        CLOSES_BUSY
    }

    private final Fault fault;

    BrokenQueues(MemoryMedium medium, CacheMode mode, Fault fault) {
        super(medium, mode, false);
        this.fault = fault;
    }

    @Override
    public synchronized BlockQueue openQueue(int capacity) throws BackendException {
        return new Wrapper(super.openQueue(capacity), fault);
    }

    private static final class Wrapper implements BlockQueue {
        private final BlockQueue queue;
        private final Fault fault;
        private CompletionHandler last = (tag, result) -> {};
        private int count;

        Wrapper(BlockQueue queue, Fault fault) {
            this.queue = queue;
            this.fault = fault;
        }

        private boolean strikes(Fault wanted) {
            return fault == wanted && ++count % 7 == 0;
        }

        @Override
        public int capacity() {
            return queue.capacity();
        }

        @Override
        public int inFlight() {
            return queue.inFlight();
        }

        @Override
        public boolean readv(long tag, long offsetBytes, IoVector target) {
            return queue.inFlight() < (fault == Fault.REFUSES ? 2 : 99)
                    && queue.readv(tag, offsetBytes, target);
        }

        @Override
        public boolean writev(long tag, long offsetBytes, IoVector source, int flags) {
            return queue.writev(tag, offsetBytes, source, flags);
        }

        @Override
        public boolean flush(long tag) {
            boolean accepted = queue.flush(tag);
            if (accepted && strikes(Fault.INSIDE_SUBMIT)) {
                queue.poll(last);
            }
            return accepted;
        }

        @Override
        public boolean writeZeroes(long tag, long offsetBytes, long lengthBytes, int flags) {
            return queue.writeZeroes(tag, offsetBytes, lengthBytes, flags);
        }

        @Override
        public boolean discard(long tag, long offsetBytes, long lengthBytes, int flags) {
            return queue.discard(tag, offsetBytes, lengthBytes, flags);
        }

        @Override
        public int poll(CompletionHandler handler) {
            last = handler;
            if (fault == Fault.OTHER_THREAD) {
                int[] delivered = {0};
                Thread other = new Thread(() -> delivered[0] = queue.poll(handler));
                other.start();
                try {
                    other.join();
                } catch (InterruptedException interrupted) {
                    throw new AssertionError(interrupted);
                }
                return delivered[0];
            }
            return queue.poll(
                    (tag, result) -> {
                        boolean shorter = result > 512 && strikes(Fault.SHORT);
                        handler.completed(tag, shorter ? result - 512 : result);
                        if (strikes(Fault.TWICE)) {
                            handler.completed(tag, result);
                        }
                    });
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
            if (fault == Fault.CLOSES_BUSY) {
                while (queue.inFlight() > 0) {
                    queue.poll((tag, result) -> {});
                }
            }
            queue.close();
        }
    }
}
