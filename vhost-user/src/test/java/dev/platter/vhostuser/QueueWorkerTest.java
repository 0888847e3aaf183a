package dev.platter.vhostuser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.device.EventLoop;
import dev.platter.api.device.Notifier;
import dev.platter.api.device.QueueHandler;
import dev.platter.api.device.QueueRing;
import dev.platter.api.memory.GuestMemoryMap;
import dev.platter.linux.EventFd;
import dev.platter.loop.EpollLoop;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** The owner's loop by itself. */
class QueueWorkerTest {
    @Test
    void handlerThatMustBePolledIsPolledToItsEnd() throws Exception {
        try (EventFd kick = EventFd.create();
                CallLine call = new CallLine()) {
            EventLoop loop = EpollLoop.open();
            GuestCall guestCall = new GuestCall(call, loop);
            CountingHandler handler = new CountingHandler(guestCall);
            handler.polls.set(1000);
            QueueWorker worker =
                    QueueWorker.start(
                            "polling",
                            handler,
                            kick,
                            loop,
                            GuestMemoryMap.of(List.of()),
                            Polling.upTo(0),
                            guestCall,
                            Notifier.NONE);
            worker.stop();
            assertThat(handler.polls).hasValue(0);
            assertThat(worker.ringBroken()).isFalse();
        }
    }

    /** A handler with nothing to do that calls the guest for it each time. */
    static final class CountingHandler implements QueueHandler {
        final AtomicLong waits = new AtomicLong();
        volatile long owner;
        final AtomicLong polls = new AtomicLong();
        volatile boolean closed;
        private final Notifier call;

        CountingHandler(Notifier call) {
            this.call = call;
        }

        @Override
        public int process() {
            owner = Thread.currentThread().threadId();
            call.signal();
            if (polls.get() > 0) {
                polls.decrementAndGet();
            }
            return 0;
        }

        @Override
        public boolean enableKicks() {
            waits.incrementAndGet();
            return polls.get() == 0;
        }

        @Override
        public int inFlight() {
            return polls.get() == 0 ? 0 : 1;
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
        public void close() {
            closed = true;
        }
    }
}
