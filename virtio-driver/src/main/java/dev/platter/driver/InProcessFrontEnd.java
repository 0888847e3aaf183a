package dev.platter.driver;

import dev.platter.api.device.Notifier;
import dev.platter.api.device.QueueHandler;
import dev.platter.api.device.QueueRing;
import dev.platter.api.device.QueueSetup;
import dev.platter.api.device.VirtioDevice;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A device in the same process, driven without a socket: what a VMM in Java does. Each queue runs
 * either on a thread of its own or on the driver's thread.
 */
public final class InProcessFrontEnd implements FrontEnd {
    private final VirtioDevice device;
    private final GuestMemory memory;
    private final boolean threads;
    private final List<InlineQueue> inline = new ArrayList<>();
    private @Nullable QueueRunner[] queues = {};
    private @Nullable RingDriver[] rings = {};

    private InProcessFrontEnd(VirtioDevice device, GuestMemory memory, boolean threads) {
        this.device = device;
        this.memory = memory;
        this.threads = threads;
    }

    /**
     * A front-end that gives each queue a thread.
     *
     * @param device stays the caller's
     * @param memory stays the caller's
     */
    public static InProcessFrontEnd threaded(VirtioDevice device, GuestMemory memory) {
        return new InProcessFrontEnd(device, memory, true);
    }

    /**
     * A front-end whose queues all run on the one thread that kicks and waits.
     *
     * @param device stays the caller's
     * @param memory stays the caller's
     */
    public static InProcessFrontEnd inline(VirtioDevice device, GuestMemory memory) {
        return new InProcessFrontEnd(device, memory, false);
    }

    @Override
    public GuestMemory memory() {
        return memory;
    }

    @Override
    public long deviceFeatures() {
        return device.features();
    }

    @Override
    public byte[] config(int lengthBytes) {
        byte[] copy = new byte[lengthBytes];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(lengthBytes);
            device.readConfig(0, target);
            MemorySegment.copy(target, Wire.U8, 0, copy, 0, lengthBytes);
        }
        return copy;
    }

    @Override
    public void start(long features, @Nullable RingDriver[] newRings) throws IOException {
        rings = newRings;
        queues = new QueueRunner[newRings.length];
        try {
            for (int i = 0; i < newRings.length; i++) {
                if (newRings[i] != null) {
                    queues[i] = startQueue(i, features, newRings[i]);
                }
            }
        } catch (IllegalArgumentException e) {
            stop();
            throw new IOException("the device refused a queue: " + e.getMessage(), e);
        }
    }

    private QueueRunner startQueue(int index, long features, RingDriver ring) throws IOException {
        if (!threads) {
            return new InlineQueue(
                    inline, call -> startHandler(index, features, ring, call, Notifier.NONE));
        }
        Doorbell doorbell = Doorbell.create();
        try {
            QueueHandler handler =
                    startHandler(
                            index,
                            features,
                            ring,
                            doorbell.call()::signal,
                            doorbell.kick()::signal);
            return QueueOwner.start("queue-" + index, handler, doorbell);
        } catch (IllegalArgumentException e) {
            doorbell.close();
            throw e;
        }
    }

    private QueueHandler startHandler(
            int index, long features, RingDriver ring, Notifier call, Notifier wake) {
        return device.startQueue(
                new QueueSetup(
                        index,
                        features,
                        queueRing(ring),
                        memory.map(),
                        ring.resumePosition(),
                        call,
                        wake));
    }

    private static QueueRing queueRing(RingDriver ring) {
        return new QueueRing(
                ring.sizeEntries(),
                ring.descriptorArea().segment(),
                ring.driverArea().segment(),
                ring.deviceArea().segment());
    }

    @Override
    public void kick(int queue) {
        queues[queue].kick();
    }

    @Override
    public boolean awaitCall(int queue, long timeoutNanos) {
        return queues[queue].awaitCall(timeoutNanos);
    }

    @Override
    public boolean broken(int queue) {
        return queues[queue].broken();
    }

    @Override
    public void stop() throws IOException {
        for (int i = 0; i < queues.length; i++) {
            if (queues[i] != null) {
                rings[i].resumePosition(queues[i].stop());
            }
        }
        queues = new QueueRunner[0];
    }

    @Override
    public void reset() throws IOException {
        stop();
        device.reset();
    }

    @Override
    public MemoryRegion addMemory(long guestAddress, long sizeBytes) throws IOException {
        MemoryRegion region = memory.addRegion(guestAddress, sizeBytes);
        tellQueues(memory.regions());
        return region;
    }

    @Override
    public void removeMemory(MemoryRegion region) throws IOException {
        List<MemoryRegion> remaining = new ArrayList<>(memory.regions());
        remaining.remove(region);
        tellQueues(remaining);
        memory.removeRegion(region);
    }

    private void tellQueues(List<MemoryRegion> regions) throws IOException {
        for (int i = 0; i < queues.length; i++) {
            if (queues[i] != null) {
                queues[i].memoryChanged(GuestMemory.mapOf(regions), queueRing(rings[i]));
            }
        }
    }

    @Override
    public void close() throws IOException {
        stop();
    }
}
