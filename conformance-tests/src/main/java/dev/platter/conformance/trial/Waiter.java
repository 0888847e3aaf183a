package dev.platter.conformance.trial;

import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.CompletionHandler;
import dev.platter.conformance.Broken;
import dev.platter.linux.Epoll;
import dev.platter.linux.LinuxException;
import dev.platter.linux.PollEvents;
import org.jspecify.annotations.Nullable;

/**
 * Waits for completions of one queue as its owner should: by its descriptor where it has one, else
 * by polling. One thread's.
 */
final class Waiter implements AutoCloseable {
    private static final long PATIENCE_MILLIS = 20_000;

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
        while (delivered == 0) {
            if (epoll.await(PATIENCE_MILLIS) != 1) {
                throw new Broken(
                        1,
                        "no completion in 20 seconds, or the completion descriptor did not become"
                                + " readable");
            }
            delivered = queue.poll(handler);
        }
    }

    @Override
    public void close() {
        if (epoll != null) {
            epoll.close();
        }
    }
}
