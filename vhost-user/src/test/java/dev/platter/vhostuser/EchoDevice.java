package dev.platter.vhostuser;

import dev.platter.api.device.QueueHandler;
import dev.platter.api.device.QueueSetup;
import dev.platter.api.device.VirtioDevice;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A device whose queues add 1 to the 64-bit number in each request's first buffer. Tests can hold
 * requests in flight, and make a queue misbehave.
 */
final class EchoDevice implements VirtioDevice {
    static final int QUEUES = 4;

    /** VERSION_1, EVENT_IDX, INDIRECT_DESC, and RING_RESET, which the transport must hide. */
    static final long FEATURES = 1L << 32 | 1L << 29 | 1L << 28 | 1L << 40;

    /** Every start so far, in order. */
    final List<QueueSetup> starts = new CopyOnWriteArrayList<>();

    /** How many handlers are open. */
    final AtomicInteger open = new AtomicInteger();

    /** How often the device was reset. */
    final AtomicInteger resets = new AtomicInteger();

    /** How often a running queue was moved to new memory. */
    final AtomicInteger memoryChanges = new AtomicInteger();

    /** What a transport must not do; must stay empty. */
    final List<String> violations = new CopyOnWriteArrayList<>();

    /** While set, requests are taken and stay in flight. */
    volatile boolean holding;

    /** While set, taking a request throws. */
    volatile boolean throwing;

    /** While set, a request breaks the queue. */
    volatile boolean breaking;

    /** The features on offer. */
    volatile long features = FEATURES;

    private final List<EchoQueue> queues = new CopyOnWriteArrayList<>();

    /** Lets held requests end: their completions are announced. */
    void release() {
        holding = false;
        queues.forEach(EchoQueue::announce);
    }

    /** Lets held requests end: their owners are woken. */
    void releaseByWake() {
        holding = false;
        queues.forEach(queue -> queue.setup.wake().signal());
    }

    /** A running queue. */
    EchoQueue queue(int index) {
        return queues.stream().filter(q -> q.setup.index() == index).findFirst().orElseThrow();
    }

    /** How many requests are held in flight in all queues. */
    int held() {
        return queues.stream().mapToInt(queue -> queue.heldCount.get()).sum();
    }

    /** The last start of a queue. */
    QueueSetup lastStart(int index) {
        return starts.stream().filter(s -> s.index() == index).reduce((a, b) -> b).orElseThrow();
    }

    @Override
    public int deviceId() {
        return 8;
    }

    @Override
    public long features() {
        return features;
    }

    @Override
    public int queueCount() {
        return QUEUES;
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
    public void writeConfig(int offsetBytes, MemorySegment source) {}

    @Override
    public QueueHandler startQueue(QueueSetup setup) {
        if (setup.ring().descriptorArea().address() % 16 != 0) {
            throw new IllegalArgumentException("the descriptor table is not aligned");
        }
        starts.add(setup);
        EchoQueue queue = new EchoQueue(this, setup);
        queues.add(queue);
        open.incrementAndGet();
        return queue;
    }

    @Override
    public void reset() {
        if (open.get() != 0) {
            violations.add("reset with queues open");
        }
        resets.incrementAndGet();
    }

    void closed(EchoQueue queue) {
        queues.remove(queue);
        open.decrementAndGet();
    }
}
