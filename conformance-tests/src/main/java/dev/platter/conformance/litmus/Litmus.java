package dev.platter.conformance.litmus;

import dev.platter.api.block.CacheMode;
import dev.platter.conformance.BackendUnderTest;
import dev.platter.conformance.ContractRule;
import dev.platter.conformance.report.Report;
import dev.platter.conformance.trial.Needs;
import dev.platter.conformance.trial.TrialDisk;
import java.lang.reflect.Method;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestInfo;
import org.opentest4j.TestAbortedException;

/** Runs one litmus test in each cache mode of a backend. */
public final class Litmus {
    /** How many power cuts a litmus test tries in each mode: each seed is another loss. */
    private static final int CUTS = 25;

    private static final int ONCE = 1;

    private final BackendUnderTest under;
    private final int[] rules;
    private final Needs.Means[] needs;
    private final boolean promising;
    private int blocks = TrialDisk.BLOCKS;
    private int most = Integer.MAX_VALUE;

    private Litmus(BackendUnderTest under, TestInfo info, boolean promising) {
        this.under = under;
        this.promising = promising;
        Optional<Method> method = info.getTestMethod();
        rules =
                method.map(m -> m.getAnnotation(ContractRule.class))
                        .map(ContractRule::value)
                        .orElseGet(() -> new int[0]);
        needs =
                method.map(m -> m.getAnnotation(Needs.class))
                        .map(Needs::value)
                        .orElseGet(() -> new Needs.Means[0]);
    }

    /** What a litmus test does with its disk. */
    @FunctionalInterface
    public interface Body {
        /**
         * Runs it.
         *
         * @param seed for the power cut
         */
        void run(TrialDisk disk, long seed) throws Exception;
    }

    /** A test of the backend in every mode. */
    public static Litmus of(BackendUnderTest under, TestInfo info) {
        return new Litmus(under, info, false);
    }

    /** A test of a promise: not in the mode that makes none. */
    public static Litmus ofPromise(BackendUnderTest under, TestInfo info) {
        return new Litmus(under, info, true);
    }

    /** On a disk of another size. */
    public Litmus onBlocks(int newBlocks) {
        blocks = newBlocks;
        return this;
    }

    /** With fewer power cuts. */
    public Litmus atMost(int trials) {
        most = trials;
        return this;
    }

    /** The test in each mode: once, or for many power cuts where it needs one. */
    public Stream<DynamicTest> run(Body body) {
        return under.capabilities().modes().stream()
                .filter(mode -> !promising || !mode.noFlush())
                .map(mode -> DynamicTest.dynamicTest(mode.toString(), () -> in(mode, body)));
    }

    private void in(CacheMode mode, Body body) throws Exception {
        Optional<String> missing = Needs.Check.missing(under, needs);
        if (missing.isPresent()) {
            skipped(mode, missing.get());
            Assumptions.abort(missing.get());
        }
        int trials = needs.length > 0 && needs[0] == Needs.Means.POWER_CUT ? CUTS : ONCE;
        Report.Outcome outcome = Report.Outcome.BROKEN;
        try {
            for (long seed = 1; seed <= Math.min(trials, most); seed++) {
                one(mode, body, seed);
            }
            outcome = Report.Outcome.KEPT;
        } catch (TestAbortedException aborted) {
            outcome = Report.Outcome.SKIPPED;
            skipped(mode, String.valueOf(aborted.getMessage()));
            throw aborted;
        } finally {
            note(mode, outcome);
        }
    }

    private void skipped(CacheMode mode, String reason) {
        note(mode, Report.Outcome.SKIPPED);
        if (under.reported()) {
            Report.get().reason(under.name(), mode.toString(), reason);
        }
    }

    private void note(CacheMode mode, Report.Outcome outcome) {
        if (under.reported()) {
            Report.get().rules(under.name(), mode.toString(), rules, outcome);
        }
    }

    private void one(CacheMode mode, Body body, long seed) throws Exception {
        try (TrialDisk disk = TrialDisk.create(under, mode, blocks, seed)) {
            boolean violation = true;
            try {
                body.run(disk, seed);
                violation = false;
            } catch (TestAbortedException aborted) {
                violation = false;
                throw aborted;
            } finally {
                disk.count(violation);
            }
        }
    }
}
