package dev.platter.backend.posix;

import java.lang.foreign.Arena;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread of an {@link IoPool}: takes requests and carries them out, each from start to end. */
final class IoThread extends Thread {
    private static final Logger LOG = LoggerFactory.getLogger(IoThread.class);

    private final IoPool pool;
    private final int number;
    private final int fd;

    /** Where to look first, so that every queue gets its turn. */
    private int turn;

    /**
     * A thread that is not started yet.
     *
     * @param fd a descriptor of the image; the thread's to close, once it has started
     */
    IoThread(IoPool pool, int number, String name, int fd) {
        super(null, null, name, 0, false);
        setDaemon(true);
        this.pool = pool;
        this.number = number;
        this.fd = fd;
    }

    @Override
    public void run() {
        PosixBackend backend = pool.backend();
        try (Arena arena = Arena.ofConfined();
                Executor executor = new Executor(backend, backend.calls(arena), fd, arena)) {
            do {
                work(executor);
            } while (rest());
        } catch (Throwable bug) {
            LOG.error("{} failed", getName(), bug);
        } finally {
            pool.ended(number);
        }
    }

    /** Works until nothing waits. */
    private void work(Executor executor) {
        PosixQueue[] queues = pool.queues();
        int empty = 0;
        while (empty < queues.length) {
            turn = turn + 1 < queues.length ? turn + 1 : 0;
            PosixQueue queue = queues[turn];
            Request request = queue.takeWaiting();
            if (request == null) {
                empty++;
                continue;
            }
            empty = 0;
            if (pool.hasWork()) {
                pool.engage();
            }
            boolean ended = executor.execute(queue, request);
            queue.count(executor.counters());
            if (ended) {
                queue.endedByPool(request);
            }
            queues = pool.queues();
        }
    }

    /** Rests until there is something to do; false when there was not for long enough. */
    private boolean rest() {
        long deadline = System.nanoTime() + pool.idleNanos();
        pool.addIdle(number);
        if (pool.hasWork()) {
            pool.removeIdle(number);
            return true;
        }
        while (pool.isIdle(number)) {
            long left = deadline - System.nanoTime();
            if (left <= 0 || pool.closing()) {
                // Woken in this moment, it has to look once more.
                return !pool.removeIdle(number);
            }
            LockSupport.parkNanos(this, left);
        }
        return true;
    }
}
