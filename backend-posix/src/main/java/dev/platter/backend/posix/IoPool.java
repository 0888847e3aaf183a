package dev.platter.backend.posix;

import dev.platter.api.block.BackendException;
import dev.platter.linux.FileCalls;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that make a disk's blocking calls when the owners of its queues do not. They start
 * when there is more to do than threads to do it, and end after they have been idle for a while.
 *
 * <p>A thread is a bit in two words: alive, and idle. Work is a bit in its queue. Neither side
 * waits for the other: who brings work adds its bit, then looks for an idle thread; a thread adds
 * itself to the idle, then looks once more for work; in the order of volatile accesses one of them
 * sees the other ({@link SlotBits}). One wake for many requests is enough: a thread that takes one
 * and sees more wakes the next before it makes its call.
 *
 * <p>Nothing is allocated but at the start of a thread.
 */
final class IoPool {
    /** The most threads: the bits of a word. QEMU's pool has the same limit. */
    static final int MAX_THREADS = Long.SIZE;

    private static final Logger LOG = LoggerFactory.getLogger(IoPool.class);

    private final PosixBackend backend;
    private final PosixOptions options;
    private final SlotBits alive = new SlotBits(MAX_THREADS);
    private final SlotBits idle = new SlotBits(MAX_THREADS);
    private final AtomicReferenceArray<@Nullable IoThread> threads =
            new AtomicReferenceArray<>(MAX_THREADS);
    private volatile PosixQueue[] queues = new PosixQueue[0];
    private volatile boolean closing;
    private volatile boolean startFailed;

    IoPool(PosixBackend backend, PosixOptions options) {
        this.backend = backend;
        this.options = options;
    }

    /** Serves a queue from now on; calls of this and {@link #remove} are the control plane's. */
    void add(PosixQueue queue) {
        PosixQueue[] more = Arrays.copyOf(queues, queues.length + 1);
        more[queues.length] = queue;
        queues = more;
    }

    /** Serves a queue no longer; it has nothing in flight. */
    void remove(PosixQueue queue) {
        queues = Arrays.stream(queues).filter(q -> q != queue).toArray(PosixQueue[]::new);
    }

    PosixQueue[] queues() {
        return queues;
    }

    /** Whether there is a request that no thread has taken. */
    boolean hasWork() {
        for (PosixQueue queue : queues) {
            if (queue.hasWaiting()) {
                return true;
            }
        }
        return false;
    }

    /** A synchronisation has ended: those laid aside for it are to be looked at again. */
    void synchronised() {
        boolean work = false;
        for (PosixQueue queue : queues) {
            queue.syncEnded();
            work |= queue.hasWaiting();
        }
        if (work) {
            engageOrWake();
        }
    }

    private void engageOrWake() {
        if (!engage()) {
            for (PosixQueue queue : queues) {
                queue.wakeOwner();
            }
        }
    }

    /**
     * Gets a thread to look for work: an idle one, or a new one if there are fewer than the limit.
     *
     * @return false if there is no thread at all, and none can be started
     */
    boolean engage() {
        int rested = idle.removeFrom(0);
        if (rested >= 0) {
            LockSupport.unpark(threads.get(rested));
            return true;
        }
        return start() || !alive.isEmpty();
    }

    private boolean start() {
        for (int number = 0; number < options.threads() && !closing; number++) {
            if (alive.add(number)) {
                return start(number);
            }
        }
        return false;
    }

    private boolean start(int number) {
        try (Arena arena = Arena.ofConfined()) {
            FileCalls calls = backend.calls(arena);
            int fd = backend.image().openAnother(calls);
            try {
                IoThread thread = new IoThread(this, number, name(number), fd);
                threads.set(number, thread);
                thread.start();
                startFailed = false;
                return true;
            } catch (OutOfMemoryError noThread) {
                calls.close(fd);
                throw noThread;
            }
        } catch (BackendException | OutOfMemoryError refused) {
            alive.remove(number);
            if (!startFailed) {
                startFailed = true;
                LOG.warn("{}: no further thread: {}", backend.image().path(), refused.toString());
            }
            return false;
        }
    }

    private String name(int number) {
        Path file = Path.of(backend.image().path()).getFileName();
        return "io-" + number + " " + (file == null ? "" : file);
    }

    /** Whether there is a thread. */
    boolean isAlive() {
        return !alive.isEmpty();
    }

    PosixBackend backend() {
        return backend;
    }

    long idleNanos() {
        return options.idleNanos();
    }

    boolean closing() {
        return closing;
    }

    void addIdle(int number) {
        idle.add(number);
    }

    /** Takes a thread out of the idle ones; false if another has woken it for work. */
    boolean removeIdle(int number) {
        return idle.remove(number);
    }

    boolean isIdle(int number) {
        return idle.contains(number);
    }

    /** A thread looks for no more work. Who came too late to find it gets another. */
    void ended(int number) {
        alive.remove(number);
        if (hasWork()) {
            engageOrWake();
        }
    }

    /** How many threads there are, by their own account. */
    int threadCount() {
        return alive.count();
    }

    /** Ends all threads and waits for that; there is no queue any more. */
    void close() {
        closing = true;
        boolean interrupted = false;
        for (int i = 0; i < MAX_THREADS; i++) {
            IoThread thread = threads.get(i);
            while (thread != null && thread.isAlive()) {
                LockSupport.unpark(thread);
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
