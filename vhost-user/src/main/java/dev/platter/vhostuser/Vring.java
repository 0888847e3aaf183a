package dev.platter.vhostuser;

import dev.platter.api.device.EventLoop;
import dev.platter.api.device.EventLoopProvider;
import dev.platter.api.device.QueueHandler;
import dev.platter.api.device.QueueRing;
import dev.platter.api.device.QueueSetup;
import dev.platter.api.device.VirtioDevice;
import dev.platter.linux.EventFd;
import dev.platter.linux.LinuxException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One queue as the front-end has set it up, and its worker while it runs. It runs when it has a
 * kick descriptor, is enabled, and lies in mapped memory: whatever changes one of these stops it
 * before and lets {@link #startIfReady} decide after. Of the session's thread.
 */
final class Vring implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Vring.class);

    /** The greatest queue size (VIRTIO 1.3 §2.7). */
    private static final int MAX_SIZE_ENTRIES = 32768;

    private static final int SPLIT_INDEX_MASK = 0xffff;

    private final int index;
    private final VirtioDevice device;
    private final EventLoopProvider loops;
    private final Polling polling;
    private final CallLine call = new CallLine();

    private int sizeEntries;
    private int nextAvail;
    private @Nullable VringAddresses addresses;
    private @Nullable EventFd kick;

    /** Written by the session, read by the worker too. */
    private volatile @Nullable EventFd error;

    private @Nullable QueueWorker worker;
    private boolean enabled;

    /** Those the running queue was started with. */
    private long startFeatures;

    /** Broke or could not be started: stays stopped until the next kick descriptor. */
    private boolean broken;

    Vring(int index, VirtioDevice device, EventLoopProvider loops, Polling polling) {
        this.index = index;
        this.device = device;
        this.loops = loops;
        this.polling = polling;
    }

    /** Sets the queue size; a running queue stops, and waits for a new kick descriptor. */
    void setSize(int newSizeEntries) throws ProtocolViolationException {
        if (newSizeEntries < 1 || newSizeEntries > MAX_SIZE_ENTRIES) {
            throw new ProtocolViolationException(
                    "%s cannot have %s entries"
                            .formatted(this, Integer.toUnsignedString(newSizeEntries)));
        }
        stopAndForgetKick();
        sizeEntries = newSizeEntries;
    }

    /** Sets the position to start from; a running queue stops, and waits for a new kick. */
    void setBase(int newNextAvail) {
        stopAndForgetKick();
        nextAvail = newNextAvail;
    }

    /** Sets where the queue lies; a running queue is stopped, to be started again there. */
    void setAddresses(VringAddresses newAddresses) {
        stop();
        addresses = newAddresses;
    }

    /** Gives the queue a new kick descriptor and, if it was broken, another chance. */
    void setKick(EventFd newKick) {
        stopAndForgetKick();
        kick = newKick;
        broken = false;
    }

    /** Replaces the call descriptor at once, running or not; null for none. */
    void setCall(@Nullable EventFd newCall) {
        call.replace(newCall, kick != null);
    }

    /** Replaces the descriptor that is signalled when the queue breaks; null for none. */
    void setError(@Nullable EventFd newError) {
        EventFd old = error;
        error = newError;
        if (old != null) {
            old.close();
        }
    }

    /** Enables or disables; a disabled queue is drained and then leaves its ring alone. */
    void setEnabled(boolean newEnabled) {
        if (!newEnabled) {
            stop();
        }
        enabled = newEnabled;
    }

    /** Stops, drained, until the next kick descriptor; answers where the queue goes on. */
    int stopAndForgetKick() {
        stop();
        if (kick != null) {
            kick.close();
            kick = null;
        }
        return nextAvail;
    }

    /** Forgets everything but the call and error descriptors, which a front-end sets but once. */
    void reset() {
        stopAndForgetKick();
        enabled = false;
        broken = false;
        addresses = null;
        sizeEntries = 0;
        nextAvail = 0;
    }

    /** Stops a running queue and waits until nothing of it is in flight. */
    void stop() {
        QueueWorker stopped = worker;
        if (stopped != null) {
            stopped.stop();
            nextAvail = stopped.nextAvail();
            broken = stopped.ringBroken();
            worker = null;
        }
    }

    /** Lets a running queue rest or, if it has requests in flight, stops it when they are done. */
    void pause() {
        if (worker != null && !worker.pause()) {
            stop();
        }
    }

    /** Lets a resting queue go on in the new memory; one that no longer lies there stops. */
    void resume(GuestMemoryTable memory) {
        if (worker == null || addresses == null) {
            return;
        }
        QueueRing ring = resolve(addresses, memory, startFeatures);
        if (ring == null) {
            stop();
            return;
        }
        try {
            worker.resume(memory.map(), ring);
        } catch (IllegalArgumentException unfit) {
            // The front-end moved the ring to where it cannot run, as off its alignment.
            LOG.warn("{} cannot move to new memory: {}", this, unfit.getMessage());
            stop();
            fail();
        } catch (RuntimeException | Error bug) {
            LOG.error("{} cannot move to new memory", this, bug);
            stop();
            fail();
        }
    }

    /**
     * Starts the queue unless it runs, is broken, or lacks something.
     *
     * @param startsDisabled whether the front-end has to enable queues
     */
    void startIfReady(long features, boolean startsDisabled, GuestMemoryTable memory) {
        if (worker != null || kick == null || addresses == null || sizeEntries == 0 || broken) {
            return;
        }
        if (startsDisabled && !enabled) {
            return;
        }
        QueueRing ring = resolve(addresses, memory, features);
        if (ring == null) {
            // It may come back: regions are removed and added one by one.
            LOG.warn("{} does not lie in guest memory and is not started", this);
            return;
        }
        try {
            worker = start(features, ring, memory, kick);
            startFeatures = features;
        } catch (IllegalArgumentException | LinuxException | IOException | OutOfMemoryError e) {
            LOG.warn("{} cannot be started: {}", this, e.getMessage());
            fail();
        } catch (RuntimeException | Error bug) {
            LOG.error("{} cannot be started", this, bug);
            fail();
        }
    }

    private QueueWorker start(
            long features, QueueRing ring, GuestMemoryTable memory, EventFd startKick)
            throws LinuxException, IOException {
        EventLoop loop = loops.open();
        GuestCall guestCall = new GuestCall(call, loop);
        QueueHandler handler = null;
        try {
            handler =
                    device.startQueue(
                            new QueueSetup(
                                    index,
                                    TransportFeatures.ofDevice(features),
                                    ring,
                                    memory.map(),
                                    position(features),
                                    guestCall,
                                    loop.waker(),
                                    loop));
        } finally {
            if (handler == null) {
                loop.close();
            }
        }
        return QueueWorker.start(
                "platter-queue-" + index,
                handler,
                startKick,
                loop,
                memory.map(),
                polling,
                guestCall,
                this::signalError);
    }

    /** A split ring's position is 16 bits; a packed one's has wrap counters above. */
    private int position(long features) {
        return isPacked(features) ? nextAvail : nextAvail & SPLIT_INDEX_MASK;
    }

    private static boolean isPacked(long features) {
        return (features & TransportFeatures.RING_PACKED) != 0;
    }

    /** The three areas with their exact sizes (VIRTIO 1.3 §2.7 and §2.8), if they are mapped. */
    private @Nullable QueueRing resolve(
            VringAddresses places, GuestMemoryTable memory, long features) {
        long driverBytes = isPacked(features) ? 4 : 6 + 2L * sizeEntries;
        long deviceBytes = isPacked(features) ? 4 : 6 + 8L * sizeEntries;
        MemorySegment descriptors = memory.resolve(places.descriptorTable(), 16L * sizeEntries);
        MemorySegment driver = memory.resolve(places.availableRing(), driverBytes);
        MemorySegment used = memory.resolve(places.usedRing(), deviceBytes);
        return descriptors == null || driver == null || used == null
                ? null
                : new QueueRing(sizeEntries, descriptors, driver, used);
    }

    private void fail() {
        broken = true;
        signalError();
    }

    /** Also called by the worker; a closed descriptor is not written to. */
    private void signalError() {
        EventFd signalled = error;
        if (signalled != null) {
            signalled.signal();
        }
    }

    /** Stops and closes all descriptors. */
    @Override
    public void close() {
        stopAndForgetKick();
        setError(null);
        call.close();
    }

    @Override
    public String toString() {
        return "queue " + index;
    }
}
