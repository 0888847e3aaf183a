package dev.platter.conformance.litmus;

import dev.platter.api.block.CacheMode;
import dev.platter.conformance.BackendUnderTest;
import dev.platter.conformance.ContractRule;
import dev.platter.conformance.trial.ConcurrentTrial;
import dev.platter.conformance.trial.CrashTrial;
import dev.platter.conformance.trial.KitHook;
import dev.platter.conformance.trial.KitSettings;
import dev.platter.conformance.trial.Needs;
import dev.platter.conformance.trial.Step;
import dev.platter.conformance.trial.StepSupplier;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/** Random workloads against the model. */
public interface KitProperties extends BackendUnderTest {
    /** The modes to test. */
    @Provide
    default Arbitrary<CacheMode> modes() {
        return Arbitraries.of(capabilities().modes());
    }

    /** Without a power cut the disk is an array of blocks. */
    @ContractRule({1, 4, 5, 13, 14, 22})
    @AddLifecycleHook(KitHook.class)
    @Property
    default void everyReadSeesTheLastWrite(
            @ForAll("modes") CacheMode mode,
            @ForAll(supplier = StepSupplier.class) List<Step> steps,
            @ForAll long seed)
            throws Exception {
        CrashTrial.withoutPowerCut(this, mode, steps, seed);
    }

    /** Whenever the power fails, whatever survives of the cache, and then once more. */
    @ContractRule({6, 10, 11, 13, 14, 22, 23})
    @Needs(Needs.Means.POWER_CUT)
    @AddLifecycleHook(KitHook.class)
    @Property
    default void acknowledgedPromisesSurvivePowerCuts(
            @ForAll("modes") CacheMode mode,
            @ForAll(supplier = StepSupplier.class) List<Step> steps,
            @ForAll long seed)
            throws Exception {
        new CrashTrial(this, mode, steps, false).run(seed, KitSettings.TRIALS_A_WORKLOAD);
    }

    /** The same while the host fails. */
    @ContractRule({5, 9, 12})
    @Needs({Needs.Means.POWER_CUT, Needs.Means.FAULTS})
    @AddLifecycleHook(KitHook.class)
    @Property
    default void promisesAreKeptWhileTheHostFails(
            @ForAll("modes") CacheMode mode,
            @ForAll(supplier = StepSupplier.class) List<Step> steps,
            @ForAll long seed)
            throws Exception {
        new CrashTrial(this, mode, steps, true).run(seed, KitSettings.TRIALS_A_WORKLOAD);
    }

    /** Each block is a linearizable register for several threads. */
    @ContractRule({1, 13, 16})
    @AddLifecycleHook(KitHook.class)
    @Property
    default void blocksAreLinearizable(@ForAll("modes") CacheMode mode, @ForAll long seed)
            throws Exception {
        new ConcurrentTrial(this, mode).run(seed, false);
    }

    /** The power fails while several threads work. */
    @ContractRule({6, 10, 11})
    @Needs(Needs.Means.POWER_CUT)
    @AddLifecycleHook(KitHook.class)
    @Property
    default void promisesToSeveralThreadsSurvivePowerCuts(
            @ForAll("modes") CacheMode mode, @ForAll long seed) throws Exception {
        new ConcurrentTrial(this, mode).run(seed, true);
    }
}
