package dev.platter.driver;

import dev.platter.api.device.Notifier;
import dev.platter.api.device.QueueHandler;
import dev.platter.api.device.QueueRing;
import dev.platter.api.memory.GuestMemoryMap;
import java.util.List;

/**
 * A queue that runs on the driver's own thread: a kick is a call of the handler. All queues of the
 * device belong to that one thread, and whoever waits lets all of them work, because a request on
 * one queue may wait for another queue (a reset that ends commands, say).
 */
final class InlineQueue implements QueueRunner, Notifier {
    private final List<InlineQueue> all;
    private final QueueHandler handler;
    private volatile boolean called;

    /**
     * A queue among others.
     *
     * @param all the device's inline queues; the new one joins them
     * @param starter starts the handler, with this queue as its call
     */
    InlineQueue(List<InlineQueue> all, Starter starter) {
        this.all = all;
        handler = starter.start(this);
        all.add(this);
    }

    /** Starts a handler whose calls go to the notifier. */
    interface Starter {
        QueueHandler start(Notifier call);
    }

    @Override
    public void signal() {
        called = true;
    }

    @Override
    public void kick() {
        work();
    }

    private void work() {
        do {
            while (handler.process() > 0) {
                // The handler says that there may be more.
            }
        } while (!handler.enableKicks());
    }

    @Override
    public boolean awaitCall(long timeoutNanos) {
        long deadline = System.nanoTime() + timeoutNanos;
        while (!called && System.nanoTime() - deadline < 0) {
            for (int i = 0; i < all.size(); i++) {
                all.get(i).work();
            }
            Thread.onSpinWait();
        }
        boolean answer = called;
        called = false;
        return answer;
    }

    @Override
    public boolean broken() {
        return handler.broken();
    }

    @Override
    public void memoryChanged(GuestMemoryMap memory, QueueRing ring) {
        drain();
        handler.memoryChanged(memory, ring);
    }

    private void drain() {
        while (handler.inFlight() > 0) {
            handler.process();
        }
    }

    @Override
    public int stop() {
        handler.stopTaking();
        drain();
        int nextAvail = handler.nextAvail();
        handler.close();
        all.remove(this);
        return nextAvail;
    }
}
