package dev.platter.conformance.trial;

import dev.platter.api.block.CacheMode;
import dev.platter.conformance.BackendUnderTest;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Several threads, each with a queue of its own, on the same few blocks; each request is recorded
 * with its interval. Then the reads are judged, and after a power cut what is left.
 */
public final class ConcurrentTrial {
    private static final int THREADS = 3;
    private static final int REQUESTS = 40;
    private static final int BLOCKS = 5;

    private final BackendUnderTest under;
    private final CacheMode mode;

    /** Trials of a backend in a mode. */
    public ConcurrentTrial(BackendUnderTest under, CacheMode mode) {
        this.under = under;
        this.mode = mode;
    }

    /**
     * One trial.
     *
     * @param powerCut whether the power fails in the middle of it
     */
    public void run(long seed, boolean powerCut) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        try (TrialDisk disk = TrialDisk.create(under, mode, BLOCKS, seed);
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            boolean violation = true;
            try {
                if (powerCut) {
                    long at = random.nextInt(THREADS * REQUESTS);
                    disk.medium().armPowerCut(at, random.nextLong());
                }
                runAll(disk, threads, random);
                if (powerCut) {
                    disk.powerCycle(random.nextLong());
                } else {
                    disk.judge();
                }
                violation = false;
            } finally {
                disk.count(violation);
            }
        }
    }

    private static void runAll(TrialDisk disk, ExecutorService threads, SplittableRandom random)
            throws Exception {
        List<Future<?>> results = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            SplittableRandom own = random.split();
            results.add(
                    threads.submit(
                            () -> {
                                client(disk, own);
                                return null;
                            }));
        }
        for (Future<?> result : results) {
            try {
                result.get();
            } catch (java.util.concurrent.ExecutionException failure) {
                throw new AssertionError(
                        failure.getCause() + "\n" + disk.context(), failure.getCause());
            }
        }
    }

    private static void client(TrialDisk disk, SplittableRandom random) throws Exception {
        try (TrialQueue queue = new TrialQueue(disk.backend(), disk.blockBytes(), disk.history())) {
            for (int i = 0; i < REQUESTS && disk.medium().powered(); i++) {
                request(disk, queue, random);
                if (random.nextInt(3) == 0) {
                    queue.await();
                }
            }
            queue.drain();
        }
    }

    private static void request(TrialDisk disk, TrialQueue queue, SplittableRandom random) {
        int block = random.nextInt(disk.blocks());
        int count = 1 + random.nextInt(disk.blocks() - block);
        boolean durable = disk.alwaysDurable() || random.nextInt(4) == 0;
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> queue.write(block, count, durable, Shape.PLAIN);
            case 3 -> queue.zero(block, 1, durable, random.nextBoolean());
            case 4 -> queue.flush();
            default -> queue.read(block, count, Shape.PLAIN);
        }
    }
}
