package dev.platter.conformance.trial;

import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.CompletionHandler;
import dev.platter.conformance.Broken;
import dev.platter.linux.Epoll;
import dev.platter.linux.LinuxException;
import dev.platter.linux.PollEvents;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Waits for completions of one queue as its owner should: by its descriptor where it has one, else
 * by polling. One thread's.
 */
final class Waiter implements AutoCloseable {
    private static final long PATIENCE_MILLIS = 20_000;
    private static final long SLICE_MILLIS = 2;

    private final BlockQueue queue;
    private final @Nullable Epoll epoll;

    Waiter(BlockQueue queue) {
        this.queue = queue;
        epoll = queue.completionFd() < 0 ? null : watch(queue.completionFd());
    }

    private static Epoll watch(int fd) {
        try {
            Epoll epoll = Epoll.create(1);
            epoll.add(fd, PollEvents.IN, 0);
            return epoll;
        } catch (LinuxException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** Delivers one completion at least, if something is in flight. */
    void await(CompletionHandler handler) {
        await(handler, () -> {});
    }

    /**
     * Delivers one completion at least, if something is in flight.
     *
     * @param meanwhile polls the other queues of the same thread: one queue may wait for another's
     *     synchronisation, which ends when that one is polled
     */
    void await(CompletionHandler handler, Runnable meanwhile) {
        if (queue.inFlight() == 0) {
            return;
        }
        int delivered = queue.poll(handler);
        if (epoll == null) {
            if (delivered == 0) {
                throw new Broken(
                        1,
                        "poll delivered nothing although a request was in flight and the queue"
                                + " has no completion descriptor");
            }
            return;
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        while (delivered == 0) {
            if (System.nanoTime() - deadline > 0) {
                throw new Broken(
                        1,
                        "no completion in 20 seconds, or the completion descriptor did not become"
                                + " readable");
            }
            if (queue.mustPoll() || epoll.await(SLICE_MILLIS) == 1) {
                delivered = queue.poll(handler);
            }
            if (delivered == 0) {
                meanwhile.run();
            }
        }
    }

    /** Hands over what was submitted and delivers what is there, without waiting. */
    void look(CompletionHandler handler) {
        queue.poll(handler);
    }

    @Override
    public void close() {
        if (epoll != null) {
            epoll.close();
        }
    }
}
