package dev.platter.vhostuser;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.platter.api.device.QueueHandler;
import dev.platter.api.device.QueueRing;
import dev.platter.api.device.QueueSetup;
import dev.platter.api.memory.GuestMemoryMap;
import dev.platter.linux.EventFd;
import dev.platter.linux.LinuxException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** One queue of the {@link EchoDevice}: a split ring of single-descriptor requests. */
final class EchoQueue implements QueueHandler {
    final QueueSetup setup;
    final AtomicInteger heldCount = new AtomicInteger();

    private static final VarHandle INDEX = JAVA_SHORT.varHandle();

    private final EchoDevice device;
    private final Queue<Integer> held = new ArrayDeque<>();
    private final EventFd completions;
    private GuestMemoryMap memory;
    private QueueRing ring;
    private Thread owner;
    private int nextAvail;
    private int nextUsed;
    private boolean stopped;
    private boolean broken;

    EchoQueue(EchoDevice device, QueueSetup setup) {
        this.device = device;
        this.setup = setup;
        memory = setup.memory();
        ring = setup.ring();
        nextAvail = setup.nextAvail();
        nextUsed = nextAvail;
        try {
            completions = EventFd.create();
        } catch (LinuxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Announces a completion, as a backend does. */
    void announce() {
        completions.signal();
    }

    /** The memory the queue works with now. */
    GuestMemoryMap memory() {
        return memory;
    }

    @Override
    public int process() {
        checkOwner();
        completions.drain();
        int done = 0;
        while (!stopped && !broken && availIndex() != (short) nextAvail) {
            take();
            done++;
        }
        int used = 0;
        while (!device.holding && !held.isEmpty()) {
            complete(held.remove());
            heldCount.decrementAndGet();
            used++;
        }
        if (used > 0) {
            INDEX.setRelease(ring.deviceArea(), 2L, (short) nextUsed);
            memory.wrote(ring.deviceArea(), 0, ring.deviceArea().byteSize());
            setup.call().signal();
        }
        return done + used;
    }

    private void checkOwner() {
        if (owner == null) {
            owner = Thread.currentThread();
        } else if (owner != Thread.currentThread()) {
            device.violations.add("two owners");
        }
    }

    private void take() {
        if (device.throwing) {
            throw new IllegalStateException("a bug in a device");
        }
        if (device.breaking) {
            broken = true;
            return;
        }
        int slot = (nextAvail & 0xffff) % ring.sizeEntries();
        held.add((int) ring.driverArea().get(JAVA_SHORT, 4 + 2L * slot));
        heldCount.incrementAndGet();
        nextAvail = (nextAvail + 1) & 0xffff;
    }

    private void complete(int head) {
        long address = ring.descriptorArea().get(JAVA_LONG, 16L * head);
        int region = memory.find(address, Long.BYTES);
        if (region != GuestMemoryMap.NOT_MAPPED) {
            MemorySegment segment = memory.segment(region);
            long offset = memory.offset(region, address);
            segment.set(JAVA_LONG, offset, segment.get(JAVA_LONG, offset) + 1);
            memory.wrote(segment, offset, Long.BYTES);
        }
        long slot = (nextUsed & 0xffff) % ring.sizeEntries();
        ring.deviceArea().set(JAVA_INT, 4 + 8 * slot, head);
        nextUsed = (nextUsed + 1) & 0xffff;
    }

    private short availIndex() {
        return (short) INDEX.getAcquire(ring.driverArea(), 2L);
    }

    @Override
    public boolean enableKicks() {
        return stopped || broken || availIndex() == (short) nextAvail;
    }

    @Override
    public int inFlight() {
        return held.size();
    }

    @Override
    public void stopTaking() {
        stopped = true;
    }

    @Override
    public boolean broken() {
        return broken;
    }

    @Override
    public int nextAvail() {
        return nextAvail;
    }

    @Override
    public void completionFds(IntConsumer consumer) {
        consumer.accept(completions.fd());
    }

    @Override
    public void memoryChanged(GuestMemoryMap newMemory, QueueRing newRing) {
        if (!held.isEmpty()) {
            device.violations.add("memory changed with requests in flight");
        }
        if (newRing.descriptorArea().address() % 16 != 0) {
            throw new IllegalArgumentException("the descriptor table is not aligned to 16 bytes");
        }
        memory = newMemory;
        ring = newRing;
        device.memoryChanges.incrementAndGet();
    }

    @Override
    public void close() {
        if (!held.isEmpty()) {
            device.violations.add("closed with requests in flight");
        }
        completions.close();
        device.closed(this);
    }
}
