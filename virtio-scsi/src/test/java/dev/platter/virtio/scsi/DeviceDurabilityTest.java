package dev.platter.virtio.scsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.platter.api.block.CacheMode;
import dev.platter.api.block.IoFlags;
import dev.platter.conformance.Broken;
import dev.platter.conformance.ContractRule;
import dev.platter.conformance.report.Report;
import dev.platter.conformance.trial.KitSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** SCSI commands of a guest, over a disk that loses its power, against the model. */
class DeviceDurabilityTest {
    private static final int BUDGET = 1000;
    private static final AtomicInteger CAUGHT = new AtomicInteger();

    @AfterAll
    static void report() {
        Report.get()
                .line("mutant devices caught: %d of %d".formatted(CAUGHT.get(), mutants().size()));
    }

    @Provide
    Arbitrary<CacheMode> modes() {
        return Arbitraries.of(
                CacheMode.WRITEBACK,
                CacheMode.NONE,
                CacheMode.WRITETHROUGH,
                CacheMode.DIRECTSYNC,
                CacheMode.UNSAFE);
    }

    private static void trial(
            CacheMode mode, List<GuestStep> steps, long seed, boolean faults, DiskSpoiler spoiler)
            throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        try (GuestDisk disk = new GuestDisk(mode, spoiler, seed)) {
            disk.arm(random, steps.size(), faults);
            for (GuestStep step : steps) {
                if (disk.powered()) {
                    disk.run(step);
                }
            }
            disk.judge(random.nextLong());
        }
    }

    private static void trials(CacheMode mode, List<GuestStep> steps, long seed, boolean faults)
            throws Exception {
        int cuts = Math.max(4, KitSettings.trials() / 75);
        for (int cut = 0; cut < cuts; cut++) {
            boolean violation = true;
            try {
                trial(mode, steps, seed + cut, faults, new DiskSpoiler());
                violation = false;
            } finally {
                Report.get().trial("device over reference", mode.toString(), violation);
            }
        }
    }

    @ContractRule({30, 31, 32, 34, 35, 36, 37, 38, 39, 40})
    @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
    void whatTheGuestWasPromisedSurvives(
            @ForAll("modes") CacheMode mode,
            @ForAll(supplier = GuestStep.Supplier.class) List<GuestStep> steps,
            @ForAll long seed)
            throws Exception {
        trials(mode, steps, seed, false);
    }

    @ContractRule({33, 12})
    @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
    void whatTheGuestWasPromisedSurvivesWhileTheHostFails(
            @ForAll("modes") CacheMode mode,
            @ForAll(supplier = GuestStep.Supplier.class) List<GuestStep> steps,
            @ForAll long seed)
            throws Exception {
        trials(mode, steps, seed, true);
    }

    /** A device that is wrong in one way. */
    private record Mutant(
            String name,
            CacheMode mode,
            boolean faults,
            Set<Integer> rules,
            Supplier<DiskSpoiler> spoiler) {}

    private static List<Mutant> mutants() {
        return List.of(
                new Mutant(
                        "16 WCE 1 to 0 without a flush",
                        CacheMode.WRITEBACK,
                        false,
                        Set.of(31),
                        () ->
                                new DiskSpoiler() {
                                    @Override
                                    boolean flushes() {
                                        return lastStarted != GuestStep.Action.CACHE_OFF;
                                    }
                                }),
                new Mutant(
                        "17a WCE not restored for a new driver",
                        CacheMode.WRITETHROUGH,
                        false,
                        Set.of(30),
                        () ->
                                new DiskSpoiler() {
                                    @Override
                                    boolean cacheOnAfter(GuestStep.Action reset) {
                                        return reset == GuestStep.Action.NEW_DRIVER;
                                    }
                                }),
                new Mutant(
                        "17b WCE weakened by a LUN reset",
                        CacheMode.WRITEBACK,
                        false,
                        Set.of(30),
                        () ->
                                new DiskSpoiler() {
                                    @Override
                                    boolean cacheOnAfter(GuestStep.Action reset) {
                                        return reset == GuestStep.Action.LOGICAL_UNIT_RESET;
                                    }
                                }),
                new Mutant(
                        "18 MODE SELECT succeeds although its flush failed",
                        CacheMode.WRITEBACK,
                        true,
                        Set.of(10, 12, 30, 31),
                        () ->
                                new DiskSpoiler() {
                                    @Override
                                    int flushResult(int result) {
                                        boolean select = lastStarted == GuestStep.Action.CACHE_OFF;
                                        return select ? 0 : result;
                                    }
                                }),
                new Mutant(
                        "19a durability dropped in WRITE SAME",
                        CacheMode.WRITETHROUGH,
                        false,
                        Set.of(30),
                        () ->
                                new DiskSpoiler() {
                                    @Override
                                    int zeroFlags(int flags) {
                                        return flags & ~IoFlags.FUA;
                                    }
                                }),
                new Mutant(
                        "19b durability dropped in UNMAP",
                        CacheMode.DIRECTSYNC,
                        false,
                        Set.of(30),
                        () ->
                                new DiskSpoiler() {
                                    @Override
                                    int discardFlags(int flags) {
                                        return flags & ~IoFlags.FUA;
                                    }
                                }),
                new Mutant(
                        "19c FUA bit of WRITE ignored",
                        CacheMode.WRITEBACK,
                        false,
                        Set.of(11, 30),
                        () ->
                                new DiskSpoiler() {
                                    @Override
                                    int writeFlags(int flags) {
                                        return flags & ~IoFlags.FUA;
                                    }
                                }),
                new Mutant(
                        "21 SYNCHRONIZE CACHE of 0 blocks flushes nothing",
                        CacheMode.WRITEBACK,
                        false,
                        Set.of(10),
                        () ->
                                new DiskSpoiler() {
                                    @Override
                                    byte[] cdb(GuestStep step, byte[] cdb) {
                                        boolean none =
                                                step.action()
                                                        == GuestStep.Action.SYNCHRONIZE_TO_THE_END;
                                        return none ? Cdbs.TEST_UNIT_READY : cdb;
                                    }
                                }),
                new Mutant(
                        "22 IMMED forgets the flush",
                        CacheMode.NONE,
                        false,
                        Set.of(10),
                        () ->
                                new DiskSpoiler() {
                                    @Override
                                    byte[] cdb(GuestStep step, byte[] cdb) {
                                        boolean immediate =
                                                step.action() == GuestStep.Action.SYNCHRONIZE_CACHE
                                                        && step.flag();
                                        return immediate ? Cdbs.TEST_UNIT_READY : cdb;
                                    }
                                }),
                new Mutant(
                        "23 abort or reset answered while a host write is in flight",
                        CacheMode.WRITEBACK,
                        false,
                        Set.of(36),
                        () ->
                                new DiskSpoiler() {
                                    @Override
                                    boolean answersAtOnce() {
                                        return true;
                                    }
                                }),
                new Mutant(
                        "30 unsafe leaks into write-back after a switch",
                        CacheMode.WRITETHROUGH,
                        false,
                        Set.of(10, 31),
                        () ->
                                new DiskSpoiler() {
                                    private boolean switched;

                                    @Override
                                    byte[] cdb(GuestStep step, byte[] cdb) {
                                        switched |= step.action() == GuestStep.Action.CACHE_ON;
                                        return cdb;
                                    }

                                    @Override
                                    boolean flushes() {
                                        return !switched;
                                    }
                                }));
    }

    private static List<Mutant> equivalent() {
        return List.of(
                new Mutant(
                        "the stronger mode for every write",
                        CacheMode.WRITEBACK,
                        false,
                        Set.of(),
                        () ->
                                new DiskSpoiler() {
                                    @Override
                                    int writeFlags(int flags) {
                                        return flags | IoFlags.FUA;
                                    }
                                }),
                new Mutant(
                        "every flush twice",
                        CacheMode.WRITETHROUGH,
                        false,
                        Set.of(),
                        () ->
                                new DiskSpoiler() {
                                    @Override
                                    boolean flushesTwice() {
                                        return true;
                                    }
                                }));
    }

    private static List<GuestStep> steps(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        GuestStep.Action[] actions = GuestStep.Action.values();
        List<GuestStep> steps = new ArrayList<>();
        int count = 1 + random.nextInt(40);
        for (int i = 0; i < count; i++) {
            boolean write = random.nextInt(3) == 0;
            steps.add(
                    new GuestStep(
                            write
                                    ? GuestStep.Action.WRITE
                                    : actions[random.nextInt(actions.length)],
                            random.nextInt(2),
                            random.nextInt(GuestDisk.BLOCKS),
                            1 + random.nextInt(6),
                            random.nextInt(3) == 0));
        }
        return steps;
    }

    @TestFactory
    Stream<DynamicTest> everyBrokenDeviceIsCaught() {
        return mutants().stream()
                .map(mutant -> DynamicTest.dynamicTest(mutant.name, () -> caught(mutant)));
    }

    private static void caught(Mutant mutant) throws Exception {
        for (int seed = 1; seed <= BUDGET; seed++) {
            try {
                trial(mutant.mode, steps(seed), seed, mutant.faults, mutant.spoiler.get());
            } catch (Broken broken) {
                assertThat(mutant.rules).as(broken.getMessage()).contains(broken.rule());
                CAUGHT.incrementAndGet();
                System.out.println(
                        "mutant device "
                                + mutant.name
                                + ": trial "
                                + seed
                                + ", rule "
                                + broken.rule());
                return;
            }
        }
        fail("mutant " + mutant.name + " survived " + BUDGET + " trials");
    }

    @TestFactory
    Stream<DynamicTest> whatIsOnlySlowerIsNotFlagged() {
        return equivalent().stream()
                .map(
                        mutant ->
                                DynamicTest.dynamicTest(
                                        mutant.name,
                                        () -> {
                                            for (int seed = 1; seed <= BUDGET; seed++) {
                                                trial(
                                                        mutant.mode,
                                                        steps(seed),
                                                        seed,
                                                        false,
                                                        mutant.spoiler.get());
                                            }
                                        }));
    }
}
