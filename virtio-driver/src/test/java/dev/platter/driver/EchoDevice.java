package dev.platter.driver;

import dev.platter.api.device.QueueHandler;
import dev.platter.api.device.QueueRing;
import dev.platter.api.device.QueueSetup;
import dev.platter.api.device.VirtioDevice;
import dev.platter.api.memory.GuestMemoryMap;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

/**
 * A device that looks like virtio-scsi from outside: it answers every request with GOOD and sends
 * the request's bytes back as data. Its control queue answers FUNCTION SUCCEEDED, and its event
 * queue carries {@link #nextEvent} once.
 */
final class EchoDevice implements VirtioDevice {
    final List<QueueSetup> setups = new ArrayList<>();
    final AtomicInteger resets = new AtomicInteger();
    final AtomicInteger memoryChanges = new AtomicInteger();
    final AtomicReference<byte[]> nextEvent = new AtomicReference<>();

    @Override
    public int deviceId() {
        return VirtioScsi.DEVICE_ID;
    }

    @Override
    public long features() {
        return VirtioFeatures.VERSION_1
                | VirtioFeatures.EVENT_IDX
                | VirtioFeatures.INDIRECT_DESC
                | VirtioFeatures.RING_PACKED;
    }

    @Override
    public int queueCount() {
        return 8;
    }

    @Override
    public int configBytes() {
        return 0;
    }

    @Override
    public void readConfig(int offsetBytes, MemorySegment target) {
        target.fill((byte) 0);
    }

    @Override
    public void writeConfig(int offsetBytes, MemorySegment source) {
        // Nothing to write.
    }

    @Override
    public QueueHandler startQueue(QueueSetup setup) {
        if (setup.index() >= queueCount()) {
            throw new IllegalArgumentException("the device has no queue " + setup.index());
        }
        setups.add(setup);
        return new Handler(setup);
    }

    @Override
    public void reset() {
        resets.incrementAndGet();
    }

    private final class Handler implements QueueHandler {
        private final QueueSetup setup;
        private EchoRing ring;
        private boolean taking = true;

        Handler(QueueSetup setup) {
            this.setup = setup;
            ring = ring(setup.ring(), setup.memory(), setup.nextAvail());
        }

        private EchoRing ring(QueueRing area, GuestMemoryMap memory, int nextAvail) {
            return EchoRing.of(setup.features(), area, memory, nextAvail);
        }

        @Override
        public int process() {
            int count = 0;
            if (setup.index() == VirtioScsi.EVENT_QUEUE) {
                count = raise();
            } else {
                for (int head = pop(); head >= 0; head = pop()) {
                    answer(head);
                    count++;
                }
            }
            if (ring.callWanted()) {
                setup.call().signal();
            }
            return count;
        }

        private int raise() {
            byte[] event = nextEvent.getAndSet(null);
            int head = event == null ? -1 : pop();
            if (head < 0) {
                return 0;
            }
            ring.use(head, ring.writeAll(ring.chain(head), event));
            return 1;
        }

        private int pop() {
            return taking ? ring.pop() : -1;
        }

        private void answer(int head) {
            List<EchoRing.Descriptor> chain = ring.chain(head);
            byte[] request = ring.readAll(chain);
            byte[] reply;
            if (setup.index() == VirtioScsi.CONTROL_QUEUE) {
                reply = new byte[] {VirtioScsi.FUNCTION_SUCCEEDED};
            } else {
                reply = new byte[VirtioScsi.RESPONSE_BYTES + request.length];
                System.arraycopy(request, 0, reply, VirtioScsi.RESPONSE_BYTES, request.length);
            }
            ring.use(head, ring.writeAll(chain, reply));
        }

        @Override
        public boolean enableKicks() {
            ring.wantKick();
            boolean nothing = setup.index() == VirtioScsi.EVENT_QUEUE || !ring.hasMore();
            return !taking || nothing;
        }

        @Override
        public int inFlight() {
            return 0;
        }

        @Override
        public void stopTaking() {
            taking = false;
        }

        @Override
        public boolean broken() {
            return false;
        }

        @Override
        public int nextAvail() {
            return ring.position();
        }

        @Override
        public void completionFds(IntConsumer consumer) {
            // Everything is answered at once.
        }

        @Override
        public void memoryChanged(GuestMemoryMap memory, QueueRing area) {
            ring = ring(area, memory, ring.position());
            memoryChanges.incrementAndGet();
        }

        @Override
        public void close() {
            // Nothing to give back.
        }
    }
}
