package dev.platter.driver;

import dev.platter.api.device.QueueHandler;
import dev.platter.api.device.QueueRing;
import dev.platter.api.memory.GuestMemoryMap;
import dev.platter.linux.Epoll;
import dev.platter.linux.LinuxException;
import dev.platter.linux.PollEvents;
import java.io.IOException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The thread that a VMM gives one queue of a device: it waits for kicks and completions together
 * and lets the handler work. Other threads hand it errands; only it touches the handler.
 */
final class QueueOwner implements QueueRunner {
    private static final int EVENTS = 4;

    private final QueueHandler handler;
    private final Doorbell doorbell;
    private final Epoll epoll;
    private final ConcurrentLinkedQueue<Runnable> errands = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean stopping;
    private volatile boolean broken;

    private QueueOwner(String name, QueueHandler handler, Doorbell doorbell, Epoll epoll) {
        this.handler = handler;
        this.doorbell = doorbell;
        this.epoll = epoll;
        thread = new Thread(this::run, name);
    }

    /**
     * Starts a thread that owns the handler.
     *
     * @param handler its call and its wake-up are the doorbell's call and kick
     */
    static QueueOwner start(String name, QueueHandler handler, Doorbell doorbell)
            throws IOException {
        try {
            QueueOwner owner = new QueueOwner(name, handler, doorbell, Epoll.create(EVENTS));
            owner.watch(doorbell.kick().fd());
            handler.completionFds(owner::watch);
            owner.thread.start();
            return owner;
        } catch (LinuxException e) {
            throw new IOException("cannot run " + name + ": " + e.getMessage(), e);
        }
    }

    private void watch(int fd) {
        try {
            epoll.add(fd, PollEvents.IN, fd);
        } catch (LinuxException e) {
            throw new IllegalStateException(e);
        }
    }

    private void run() {
        while (!stopping) {
            runErrands();
            if (handler.process() == 0 && handler.enableKicks()) {
                broken = handler.broken();
                awaitSomething();
            }
        }
        handler.stopTaking();
        drain();
    }

    private void awaitSomething() {
        epoll.await(-1);
        doorbell.kick().drain();
    }

    private void runErrands() {
        for (Runnable errand = errands.poll(); errand != null; errand = errands.poll()) {
            errand.run();
        }
    }

    private void drain() {
        while (handler.inFlight() > 0) {
            if (handler.process() == 0) {
                awaitSomething();
            }
        }
    }

    @Override
    public void kick() {
        doorbell.kick().signal();
    }

    @Override
    public boolean awaitCall(long timeoutNanos) {
        return doorbell.awaitCall(timeoutNanos);
    }

    @Override
    public boolean broken() {
        return broken;
    }

    @Override
    public void memoryChanged(GuestMemoryMap memory, QueueRing ring) throws IOException {
        FutureTask<Void> errand = new FutureTask<>(() -> takeMemory(memory, ring), null);
        errands.add(errand);
        kick();
        try {
            errand.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + thread.getName(), e);
        } catch (ExecutionException e) {
            throw new IOException(thread.getName() + " failed: " + e.getCause(), e);
        }
    }

    private void takeMemory(GuestMemoryMap memory, QueueRing ring) {
        drain();
        handler.memoryChanged(memory, ring);
    }

    @Override
    public int stop() throws IOException {
        stopping = true;
        kick();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while stopping " + thread.getName(), e);
        }
        int nextAvail = handler.nextAvail();
        handler.close();
        epoll.close();
        doorbell.close();
        return nextAvail;
    }
}
