package dev.platter.vhostuser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.management.ThreadMXBean;
import dev.platter.api.device.EventLoop;
import dev.platter.api.device.Notifier;
import dev.platter.api.device.QueueHandler;
import dev.platter.api.device.QueueRing;
import dev.platter.api.memory.GuestMemoryMap;
import dev.platter.linux.EventFd;
import dev.platter.loop.EpollLoop;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A queue whose owner polls, by a clock that stands still: a poll ends only for a reason. */
@Timeout(120)
class OwnerPollTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final long MAX_NANOS = 50_000;
    static final int REQUESTS = 5_000;

    private final AtomicLong clock = new AtomicLong();

    @Test
    void requestsAreServedWithoutKicksWhileTheOwnerPolls() throws Exception {
        try (Queue queue = new Queue(polling(2))) {
            queue.requestWithKick();
            long waits = queue.handler.waits.get();
            queue.requestsWithoutKick();
            assertThat(queue.handler.waits).hasValue(waits);
        }
    }

    @Test
    void pollEndsWithItsTime() throws Exception {
        try (Queue queue = new Queue(polling(2))) {
            queue.requestWithKick();
            queue.requestsWithoutKick();
            long waits = queue.handler.waits.get();
            clock.addAndGet(PollTime.FIRST_NANOS);
            await(() -> queue.handler.waits.get() == waits + 1);
        }
    }

    @Test
    void pollEndsWhenAnotherOwnerWakesThatNeedsTheProcessor() throws Exception {
        Polling polling = polling(2);
        try (Queue queue = new Queue(polling)) {
            queue.requestWithKick();
            queue.requestsWithoutKick();
            long waits = queue.handler.waits.get();
            polling.wakes();
            await(() -> queue.handler.waits.get() == waits + 1);
        }
    }

    @Test
    void timeOutOfItsRangeIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Polling.upTo(-1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Polling.upTo(Polling.LIMIT_NANOS + 1));
    }

    @Test
    void nobodyPollsWithMoreBusyQueuesThanProcessors() throws Exception {
        Polling polling = polling(2);
        polling.wakes();
        polling.wakes();
        try (Queue queue = new Queue(polling)) {
            queue.requestWithKick();
            for (int i = 0; i < 100; i++) {
                long waits = queue.handler.waits.get();
                queue.requestWithKick();
                await(() -> queue.handler.waits.get() > waits);
            }
        }
    }

    @Test
    void ownerThatPollsCanRestAndEnd() throws Exception {
        try (Queue queue = new Queue(polling(2))) {
            queue.requestWithKick();
            queue.requestsWithoutKick();
            assertThat(queue.worker.pause()).isTrue();
        }
    }

    Polling polling(int processors) {
        return new Polling(MAX_NANOS, processors, clock::get);
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    /** A running queue. */
    final class Queue implements AutoCloseable {
        final RequestHandler handler = new RequestHandler();
        final QueueWorker worker;
        private final EventFd kick = EventFd.create();
        private final CallLine call = new CallLine();

        Queue(Polling polling) throws Exception {
            EventLoop loop = EpollLoop.open();
            GuestCall guestCall = new GuestCall(call, loop);
            worker =
                    QueueWorker.start(
                            "polling",
                            handler,
                            kick,
                            loop,
                            GuestMemoryMap.of(List.of()),
                            polling,
                            guestCall,
                            Notifier.NONE);
            await(() -> handler.waits.get() > 0);
        }

        /** One whose wait was short enough for the owner to poll from then on. */
        void requestWithKick() {
            clock.addAndGet(PollTime.FIRST_NANOS / 4);
            handler.available.incrementAndGet();
            kick.signal();
            awaitServed();
        }

        void requestsWithoutKick() {
            for (int i = 0; i < REQUESTS; i++) {
                handler.available.incrementAndGet();
                awaitServed();
            }
        }

        private void awaitServed() {
            while (handler.served.get() < handler.available.get()) {
                Thread.onSpinWait();
            }
        }

        long allocated() {
            requestsWithoutKick();
            long before = THREADS.getThreadAllocatedBytes(handler.owner);
            requestsWithoutKick();
            return THREADS.getThreadAllocatedBytes(handler.owner) - before;
        }

        @Override
        public void close() {
            worker.stop();
            assertThat(worker.ringBroken()).isFalse();
            assertThat(handler.served.get()).isEqualTo(handler.available.get());
            call.close();
            kick.close();
        }
    }

    /** Serves requests that are a count. */
    private static final class RequestHandler implements QueueHandler {
        final AtomicLong available = new AtomicLong();
        final AtomicLong served = new AtomicLong();
        final AtomicLong waits = new AtomicLong();
        volatile long owner;

        @Override
        public int process() {
            owner = Thread.currentThread().threadId();
            if (served.get() == available.get()) {
                return 0;
            }
            served.incrementAndGet();
            return 1;
        }

        @Override
        public boolean enableKicks() {
            boolean idle = served.get() == available.get();
            if (idle) {
                waits.incrementAndGet();
            }
            return idle;
        }

        @Override
        public int inFlight() {
            return 0;
        }

        @Override
        public void stopTaking() {}

        @Override
        public boolean broken() {
            return false;
        }

        @Override
        public int nextAvail() {
            return 0;
        }

        @Override
        public void completionFds(IntConsumer consumer) {}

        @Override
        public void memoryChanged(GuestMemoryMap memory, QueueRing ring) {}

        @Override
        public void close() {}
    }
}
