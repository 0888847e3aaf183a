package dev.platter.cli.bench;

import dev.platter.driver.DiskQueue;
import dev.platter.driver.DriverOptions;
import dev.platter.driver.GuestBuffer;
import dev.platter.driver.GuestMemory;
import dev.platter.driver.ScsiDisk;
import dev.platter.driver.ScsiDiskQueue;
import dev.platter.driver.VhostUserFrontEnd;
import dev.platter.driver.VhostUserOptions;
import dev.platter.driver.VirtioBlkDriver;
import dev.platter.driver.VirtioScsiDriver;
import dev.platter.linux.CpuClock;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** Platter's own driver attached to a server's socket, with the threads that load the disk. */
final class Guest implements AutoCloseable {
    private static final int QUEUE_ENTRIES = 128;
    private static final long RING_BYTES = 4L << 20;
    private static final long BUFFER_ALIGNMENT_BYTES = 4096;
    private static final int FIRST_TARGET = 0;
    private static final long LISTEN_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final GuestMemory memory;
    private final VhostUserFrontEnd frontEnd;
    private final Closeable driver;
    private final List<DiskQueue> queues = new ArrayList<>();
    private final List<long[]> buffers = new ArrayList<>();
    private final Load load;
    private final long diskBytes;
    private long requestsEnded;

    private Guest(GuestMemory memory, Path socket, boolean block, Load load) throws IOException {
        this.memory = memory;
        this.load = load;
        int count = load.queues();
        VhostUserOptions options =
                block
                        ? VhostUserOptions.forBlockQueues(count)
                        : VhostUserOptions.forRequestQueues(count);
        frontEnd = connect(socket, memory, options);
        if (block) {
            VirtioBlkDriver blk = VirtioBlkDriver.start(frontEnd, count, QUEUE_ENTRIES);
            driver = blk::close;
            diskBytes = blk.capacityBytes();
            for (int i = 0; i < count; i++) {
                queues.add(blk.queue(i));
            }
        } else {
            VirtioScsiDriver scsi =
                    VirtioScsiDriver.start(
                            frontEnd,
                            DriverOptions.DEFAULT
                                    .withRequestQueues(count)
                                    .withQueueSize(QUEUE_ENTRIES));
            driver = scsi::close;
            ScsiDisk disk = scsi.disk(FIRST_TARGET, 0).probe();
            diskBytes = disk.blockCount() * disk.blockBytes();
            for (int i = 0; i < count; i++) {
                queues.add(
                        new ScsiDiskQueue(
                                scsi.requestQueue(i), FIRST_TARGET, 0, disk.blockBytes()));
            }
        }
        fillBuffers();
    }

    /**
     * Attaches to a server that listens.
     *
     * @param block whether it serves virtio-blk; else virtio-scsi, and its first target is loaded
     */
    static Guest attach(Path socket, boolean block, Load load) throws BenchException {
        try {
            long dataBytes = (long) load.blockBytes() * load.depth() * load.queues();
            GuestMemory memory = GuestMemory.shared(RING_BYTES * load.queues() + 2 * dataBytes);
            try {
                return new Guest(memory, socket, block, load);
            } catch (IOException e) {
                memory.close();
                throw e;
            }
        } catch (IOException e) {
            throw new BenchException("cannot be attached: " + e.getMessage(), e);
        }
    }

    /** A socket is there a moment before its server listens. */
    private static VhostUserFrontEnd connect(
            Path socket, GuestMemory memory, VhostUserOptions options) throws IOException {
        long deadline = System.nanoTime() + LISTEN_NANOS;
        for (; ; ) {
            try {
                return VhostUserFrontEnd.connect(socket, memory, options);
            } catch (IOException e) {
                if (System.nanoTime() - deadline > 0) {
                    throw e;
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
    }

    private void fillBuffers() {
        SplittableRandom random = new SplittableRandom(load.blockBytes());
        for (int queue = 0; queue < load.queues(); queue++) {
            long[] addresses = new long[load.depth()];
            for (int i = 0; i < addresses.length; i++) {
                byte[] content = new byte[load.blockBytes()];
                random.nextBytes(content);
                GuestBuffer buffer = memory.allocate(load.blockBytes(), BUFFER_ALIGNMENT_BYTES);
                buffer.put(content);
                addresses[i] = buffer.guestAddress();
            }
            buffers.add(addresses);
        }
    }

    /**
     * Loads the disk for one window.
     *
     * @param server the number of the server's process
     * @param all takes the latencies of the window too
     */
    Sample run(
            Durability durability,
            boolean polling,
            long settleNanos,
            long measureNanos,
            long server,
            Histogram all,
            long seed)
            throws BenchException, InterruptedException {
        List<LoadWorker> workers = new ArrayList<>();
        for (int i = 0; i < queues.size(); i++) {
            long firstBlock = diskBytes / load.blockBytes() / queues.size() * i;
            workers.add(
                    new LoadWorker(
                            queues.get(i),
                            load,
                            durability,
                            polling,
                            diskBytes,
                            buffers.get(i),
                            firstBlock,
                            seed + i));
        }
        runAll(workers, settleNanos, measureNanos, server);
        Histogram window = Latencies.histogram();
        double perSecond = 0;
        for (LoadWorker worker : workers) {
            window.add(worker.latencies());
            perSecond += worker.perSecond();
            requestsEnded += worker.requestsEnded();
        }
        all.add(window);
        // Every worker reads the clock at both ends of its own window; the windows are the same.
        double cpuMicros = workers.getFirst().cpuNanos() / 1000.0;
        return Sample.of(perSecond, cpuMicros / window.getTotalCount(), window);
    }

    private static void runAll(
            List<LoadWorker> workers, long settleNanos, long measureNanos, long server)
            throws BenchException, InterruptedException {
        try (ExecutorService threads = Executors.newFixedThreadPool(workers.size())) {
            List<Future<?>> runs = new ArrayList<>();
            for (LoadWorker worker : workers) {
                runs.add(
                        threads.submit(
                                () -> {
                                    CpuClock clock = CpuClock.ofProcess(server);
                                    worker.run(settleNanos, measureNanos, clock);
                                    return null;
                                }));
            }
            for (Future<?> run : runs) {
                run.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BenchException known) {
                throw known;
            }
            throw new BenchException("the load failed: " + e.getCause(), e);
        }
    }

    /** How many requests have ended so far, in windows and outside. */
    long requestsEnded() {
        return requestsEnded;
    }

    long diskBytes() {
        return diskBytes;
    }

    @Override
    public void close() throws IOException {
        driver.close();
        frontEnd.close();
        memory.close();
    }
}
