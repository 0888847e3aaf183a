package dev.platter.vhostuser;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.platter.api.device.EventLoop;
import dev.platter.api.device.Notifier;
import dev.platter.api.memory.GuestMemoryMap;
import dev.platter.linux.EventFd;
import dev.platter.loop.EpollLoop;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A round of the owner's loop allocates nothing. */
class QueueWorkerAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final int ROUNDS = 5_000;
    private static final int ATTEMPTS = 200;

    @Test
    void aRoundAllocatesNothing() throws Exception {
        try (EventFd kick = EventFd.create();
                CallLine call = new CallLine()) {
            call.replace(EventFd.create(), false);
            EventLoop loop = EpollLoop.open();
            GuestCall guestCall = new GuestCall(call, loop);
            QueueWorkerTest.CountingHandler handler =
                    new QueueWorkerTest.CountingHandler(guestCall);
            QueueWorker worker =
                    QueueWorker.start(
                            "counting",
                            handler,
                            kick,
                            loop,
                            GuestMemoryMap.of(List.of()),
                            Polling.upTo(0),
                            guestCall,
                            Notifier.NONE);
            // Until the optimizing compiler has inlined the system calls, each makes a slice.
            long allocated = allocated(handler, kick);
            for (int i = 0; i < ATTEMPTS && allocated > 0; i++) {
                allocated = allocated(handler, kick);
            }
            worker.stop();
            assertThat(allocated).as("bytes in %d rounds", ROUNDS).isZero();
            assertThat(handler.closed).isTrue();
        }
    }

    private static long allocated(QueueWorkerTest.CountingHandler handler, EventFd kick) {
        rounds(handler, kick);
        long before = THREADS.getThreadAllocatedBytes(handler.owner);
        rounds(handler, kick);
        return THREADS.getThreadAllocatedBytes(handler.owner) - before;
    }

    private static void rounds(QueueWorkerTest.CountingHandler handler, EventFd kick) {
        for (int i = 0; i < ROUNDS; i++) {
            long seen = handler.waits.get();
            kick.signal();
            while (handler.waits.get() == seen) {
                Thread.onSpinWait();
            }
        }
    }
}
