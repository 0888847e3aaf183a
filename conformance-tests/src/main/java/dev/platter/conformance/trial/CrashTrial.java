package dev.platter.conformance.trial;

import dev.platter.api.block.CacheMode;
import dev.platter.conformance.BackendUnderTest;
import dev.platter.conformance.Broken;
import dev.platter.conformance.Fault;
import dev.platter.conformance.Medium;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Trials of one workload: it is run, the power is cut somewhere in it, and what is left is judged;
 * then the rest runs on what is left, and the power is cut again.
 */
public final class CrashTrial {
    private static final int MAX_OPERATIONS_A_STEP = 3;
    private static final int MAX_FAULTS = 3;
    private static final int ENOSPC = 28;
    private static final int EIO = 5;
    private static final int EINTR = 4;
    private static final int SECTOR_BYTES = 512;

    private final BackendUnderTest under;
    private final CacheMode mode;
    private final List<Step> steps;
    private final boolean faults;

    /**
     * Trials of a workload.
     *
     * @param faults whether something goes wrong at the medium before the power fails
     */
    public CrashTrial(BackendUnderTest under, CacheMode mode, List<Step> steps, boolean faults) {
        this.under = under;
        this.mode = mode;
        this.steps = steps;
        this.faults = faults;
    }

    /** Runs trials that differ in when the power fails and what survives. */
    public void run(long seed, int trials) throws Exception {
        for (int trial = 0; trial < trials; trial++) {
            one(seed + trial);
        }
    }

    /** Runs a workload to its end, and judges the reads. */
    public static void withoutPowerCut(
            BackendUnderTest under, CacheMode mode, List<Step> steps, long seed) throws Exception {
        try (TrialDisk disk = TrialDisk.create(under, mode, seed)) {
            boolean violation = true;
            try {
                for (Step step : steps) {
                    step.run(disk);
                }
                disk.drain();
                disk.queue(0).read(0, disk.blocks(), Shape.PLAIN);
                disk.judge();
                violation = false;
            } finally {
                disk.count(violation);
            }
        }
    }

    private void one(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        try (TrialDisk disk = TrialDisk.create(under, mode, seed)) {
            boolean violation = true;
            try {
                int done = life(disk, 0, random);
                life(disk, done, random);
                violation = false;
            } catch (Broken broken) {
                throw broken;
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError(failure.getMessage() + "\n" + disk.context(), failure);
            } finally {
                disk.count(violation);
            }
        }
    }

    /** From power on to power off: how many steps were done in all. */
    private int life(TrialDisk disk, int from, SplittableRandom random) throws Exception {
        Medium medium = disk.medium();
        int left = steps.size() - from;
        medium.armPowerCut(random.nextInt(MAX_OPERATIONS_A_STEP * left + 2), random.nextLong());
        if (faults) {
            inject(medium, random, left);
        }
        int next = from;
        while (next < steps.size() && medium.powered()) {
            steps.get(next).run(disk);
            next++;
        }
        if (random.nextBoolean()) {
            disk.drain();
        }
        disk.powerCycle(random.nextLong());
        return next;
    }

    private static void inject(Medium medium, SplittableRandom random, int steps) {
        int count = 1 + random.nextInt(MAX_FAULTS);
        for (int i = 0; i < count; i++) {
            int nth = 1 + random.nextInt(Math.max(1, steps / 2));
            medium.inject(
                    switch (random.nextInt(9)) {
                        case 0 -> Fault.fail(Fault.Target.WRITE, nth, EIO);
                        case 1 -> Fault.fail(Fault.Target.WRITE, nth, ENOSPC);
                        case 2 -> Fault.fail(Fault.Target.WRITE, nth, EINTR);
                        case 3 -> Fault.fail(Fault.Target.ZERO, nth, EIO);
                        case 4 -> Fault.fail(Fault.Target.READ, nth, EIO);
                        case 5, 6, 7 ->
                                Fault.shorten(
                                        Fault.Target.WRITE,
                                        nth,
                                        SECTOR_BYTES * (1 + random.nextInt(4)));
                        default -> Fault.fail(Fault.Target.SYNC, 1 + random.nextInt(3), EIO);
                    });
        }
    }
}
