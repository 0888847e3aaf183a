package dev.platter.conformance.torture;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.memory.IoVector;
import dev.platter.conformance.Fault;
import dev.platter.conformance.Medium;
import dev.platter.conformance.model.DurabilityModel;
import dev.platter.conformance.model.History;
import dev.platter.conformance.model.Stamps;
import dev.platter.conformance.model.Violation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * One trial: requests until the power fails, a look at what the disk holds, then once more on the
 * same medium, so that a second cut meets what the first has left. Repeated by its seed; with
 * several clients their schedule is the machine's.
 */
final class CrashTrial {
    private static final int CYCLES = 2;
    private static final int EIO = 5;
    private static final int EINTR = 4;
    private static final int ENOSPC = 28;

    private final TrialSetup setup;
    private final Medium medium;
    private final long seed;
    private final SplittableRandom random;
    private final ExecutorService threads;
    private final DurabilityModel model;

    CrashTrial(TrialSetup setup, Medium medium, long seed, ExecutorService threads) {
        this.setup = setup;
        this.medium = medium;
        this.seed = seed;
        this.threads = threads;
        random = new SplittableRandom(seed);
        model = new DurabilityModel(setup.promises());
    }

    /** Runs until a violation or the last power cycle. */
    List<TrialResult> run() throws Exception {
        List<TrialResult> results = new ArrayList<>();
        History history = History.of(TrialSetup.BLOCKS);
        for (int cycle = 0; cycle < CYCLES; cycle++) {
            TrialResult result = cycle(cycle, history);
            results.add(result);
            if (!result.violations().isEmpty()) {
                break;
            }
            history = history.after(contentsOf(result));
        }
        return results;
    }

    private TrialResult cycle(int cycle, History history) throws Exception {
        BlockBackend backend = setup.opener().open(medium.location());
        long cutSeed = random.nextLong();
        try {
            int requests = setup.clients() * setup.requests();
            planFaults(requests);
            // In a later cycle now and then before anything is written: the state must be settled.
            medium.armPowerCut(random.nextInt(requests + 1), cutSeed);
            drive(history, backend);
        } finally {
            medium.cutPower(cutSeed);
            close(backend);
        }
        String cut = medium.restorePower();
        int[] contents = contents();
        List<Violation> violations = model.checkAfterPowerCut(history, contents);
        List<Integer> held = Arrays.stream(contents).boxed().toList();
        return new TrialResult(seed, cycle, history, held, cut, violations);
    }

    private static int[] contentsOf(TrialResult result) {
        return result.contents().stream().mapToInt(Integer::intValue).toArray();
    }

    private void planFaults(int requests) {
        medium.clearFaults();
        if (!setup.faults() || random.nextInt(4) != 0) {
            return;
        }
        for (int left = 1 + random.nextInt(2); left > 0; left--) {
            // Half of the requests are writes, and the power may fail early.
            int nth = 1 + random.nextInt(Math.max(1, requests / 3));
            medium.inject(
                    switch (random.nextInt(7)) {
                        case 0 -> Fault.fail(Fault.Target.SYNC, 1 + nth / 4, EIO);
                        case 1 -> Fault.fail(Fault.Target.SYNC, 1 + nth / 4, EINTR);
                        case 2 -> Fault.fail(Fault.Target.WRITE, nth, ENOSPC);
                        case 3 -> Fault.fail(Fault.Target.WRITE, nth, EINTR);
                        case 4 -> Fault.fail(Fault.Target.ZERO, 1 + nth / 4, EIO);
                        default ->
                                Fault.shorten(
                                        Fault.Target.WRITE,
                                        nth,
                                        (1 + random.nextInt(3)) * TrialSetup.BLOCK_BYTES);
                    });
        }
    }

    private void drive(History history, BlockBackend backend) throws Exception {
        try (Arena arena = Arena.ofShared()) {
            List<Future<?>> running = new ArrayList<>();
            List<TrialClient> clients = new ArrayList<>();
            for (int i = 0; i < setup.clients(); i++) {
                clients.add(
                        new TrialClient(setup, medium, history, backend, random.nextLong(), arena));
            }
            for (TrialClient client : clients.subList(1, clients.size())) {
                running.add(
                        threads.submit(
                                () -> {
                                    client.run();
                                    return null;
                                }));
            }
            clients.getFirst().run();
            for (Future<?> client : running) {
                client.get();
            }
        } catch (ExecutionException failure) {
            throw new IllegalStateException("a client has failed", failure.getCause());
        }
    }

    private static void close(BlockBackend backend) {
        try {
            backend.close();
        } catch (BackendException withoutPower) {
            // Its power is gone: no one expects a file to be closed well.
        }
    }

    private int[] contents() throws BackendException {
        try (Arena arena = Arena.ofShared();
                BlockBackend backend = setup.opener().open(medium.location())) {
            MemorySegment all = arena.allocate(TrialSetup.sizeBytes(), 4096);
            IoVector vector = new IoVector(arena, 1);
            if (!vector.add(all, 0, all.byteSize())) {
                throw new IllegalStateException("one piece does not fit in a vector of one");
            }
            int[] result = {0};
            try (BlockQueue queue = backend.openQueue(1)) {
                if (!queue.readv(0, 0, vector)) {
                    throw new IllegalStateException("an empty queue has refused a read");
                }
                while (queue.inFlight() > 0) {
                    if (queue.poll((tag, answer) -> result[0] = answer) == 0) {
                        Thread.onSpinWait();
                    }
                }
            }
            if (result[0] != all.byteSize()) {
                throw new IllegalStateException("the disk cannot be read back: " + result[0]);
            }
            return Stamps.readAll(all, TrialSetup.BLOCK_BYTES);
        }
    }
}
