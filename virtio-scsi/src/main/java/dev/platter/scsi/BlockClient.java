package dev.platter.scsi;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.memory.IoVector;
import java.util.concurrent.locks.LockSupport;

/** A queue of one request at a time, for work in the background: each call waits. One thread's. */
final class BlockClient implements AutoCloseable {
    private static final int SPINS = 1000;
    private static final long PAUSE_NANOS = 50_000;

    private final BlockQueue queue;
    private int result;

    BlockClient(BlockBackend backend) throws BackendException {
        queue = backend.openQueue(1);
    }

    int read(long offsetBytes, IoVector target) {
        queue.readv(0, offsetBytes, target);
        return await();
    }

    int write(long offsetBytes, IoVector source, int flags) {
        queue.writev(0, offsetBytes, source, flags);
        return await();
    }

    int writeZeroes(long offsetBytes, long lengthBytes, int flags) {
        queue.writeZeroes(0, offsetBytes, lengthBytes, flags);
        return await();
    }

    int flush() {
        queue.flush(0);
        return await();
    }

    private int await() {
        int rounds = 0;
        while (queue.inFlight() > 0) {
            if (queue.poll((tag, outcome) -> result = outcome) == 0 && ++rounds > SPINS) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        return result;
    }

    @Override
    public void close() {
        queue.close();
    }
}
