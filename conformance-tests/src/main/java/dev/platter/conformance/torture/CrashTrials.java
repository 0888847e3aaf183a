package dev.platter.conformance.torture;

import dev.platter.conformance.Media;
import dev.platter.conformance.Medium;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/** A series of crash trials of one setup on one supply of media. One thread at a time. */
public final class CrashTrials implements AutoCloseable {
    private final TrialSetup setup;
    private final Media media;
    private final ExecutorService threads;

    /**
     * A series that has not begun.
     *
     * @param media stays the caller's
     */
    public CrashTrials(TrialSetup setup, Media media) {
        this.setup = setup;
        this.media = media;
        threads =
                Executors.newCachedThreadPool(
                        work -> {
                            Thread thread = new Thread(work, "trial-client");
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    /** Runs so many trials, or until the first violation. */
    public TrialSummary run(long firstSeed, long trials) throws Exception {
        return run(
                firstSeed, summary -> summary.trials() < trials && summary.violating().isEmpty());
    }

    /**
     * Runs trials as long as a condition holds of what was found so far.
     *
     * @param more asked before each trial
     * @throws Exception if the host fails, not the backend's promise
     */
    public TrialSummary run(long firstSeed, Predicate<TrialSummary> more) throws Exception {
        long start = System.nanoTime();
        List<TrialResult> violating = new ArrayList<>();
        TrialSummary soFar = new TrialSummary(setup.name(), firstSeed, 0, 0, 0, violating, 0);
        while (more.test(soFar)) {
            long cuts = soFar.powerCuts();
            long requests = soFar.requests();
            for (TrialResult result : trial(firstSeed + soFar.trials())) {
                cuts++;
                requests += result.history().operations().size();
                if (!result.violations().isEmpty()) {
                    violating.add(result);
                }
            }
            soFar =
                    new TrialSummary(
                            setup.name(),
                            firstSeed,
                            soFar.trials() + 1,
                            cuts,
                            requests,
                            violating,
                            System.nanoTime() - start);
        }
        return soFar;
    }

    /** Repeats one trial. */
    public List<TrialResult> trial(long seed) throws Exception {
        try (Medium medium = media.create(TrialSetup.sizeBytes(), seed)) {
            try {
                return new CrashTrial(setup, medium, seed, threads).run();
            } finally {
                medium.restorePower();
            }
        } catch (RuntimeException failure) {
            throw new IllegalStateException(
                    "trial of seed " + seed + ": " + failure.getMessage(), failure);
        }
    }

    /** Ends the clients' threads. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
