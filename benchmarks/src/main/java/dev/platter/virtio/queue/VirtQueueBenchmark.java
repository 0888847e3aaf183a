package dev.platter.virtio.queue;

import dev.platter.api.device.QueueRing;
import dev.platter.driver.BufferList;
import dev.platter.driver.GuestBuffer;
import dev.platter.driver.GuestMemory;
import dev.platter.driver.SplitRingDriver;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A request of three pieces through a split ring and back, both sides on one thread: the driver
 * adds and polls, the device pops and pushes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class VirtQueueBenchmark {
    private static final int ENTRIES = 128;
    private static final int DATA_BYTES = 4096;

    /** Whether the pieces stand in an indirect table. */
    @Param({"true", "false"})
    public boolean indirect;

    private final BufferList readable = new BufferList();
    private final BufferList writable = new BufferList();
    private final DescriptorChain chain = new DescriptorChain(ENTRIES);
    private GuestMemory memory;
    private SplitRingDriver driver;
    private SplitVirtQueue queue;

    /** Lays out a ring and a read request's buffers: header, response, data. */
    @Setup(Level.Trial)
    public void layOut() throws IOException {
        memory = GuestMemory.plain(4 << 20);
        driver = new SplitRingDriver(memory, ENTRIES, true, indirect ? 8 : 0);
        long features =
                VirtioFeatures.VERSION_1
                        | VirtioFeatures.RING_EVENT_IDX
                        | (indirect ? VirtioFeatures.RING_INDIRECT_DESC : 0);
        QueueRing ring =
                new QueueRing(
                        ENTRIES,
                        driver.descriptorArea().segment(),
                        driver.driverArea().segment(),
                        driver.deviceArea().segment());
        queue = new SplitVirtQueue(ring, memory.map(), features, 0, ENTRIES);
        GuestBuffer header = memory.allocate(64, 64);
        GuestBuffer response = memory.allocate(128, 64);
        GuestBuffer data = memory.allocate(DATA_BYTES, DATA_BYTES);
        readable.add(header.guestAddress(), 51);
        writable.add(response.guestAddress(), 108).add(data);
    }

    /** One request there and back. */
    @Benchmark
    public int popAndPush() {
        if (!driver.add(readable, writable, 7)) {
            throw new IllegalStateException("the ring is full");
        }
        int head = queue.pop(chain);
        if (head < 0) {
            throw new IllegalStateException("nothing to pop: " + head);
        }
        queue.push(chain.head(), DATA_BYTES);
        queue.shouldNotify();
        return driver.poll();
    }

    /** Gives the memory back. */
    @TearDown(Level.Trial)
    public void close() {
        memory.close();
    }
}
