package dev.platter.conformance.trial;

import dev.platter.api.block.CacheMode;
import dev.platter.conformance.BackendUnderTest;
import dev.platter.conformance.ContractRule;
import dev.platter.conformance.report.Report;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;

/**
 * What all properties of the kit have in common: they are skipped where the medium lacks the means,
 * take tries and seed from {@link KitSettings}, say how to replay them, and enter the matrix.
 */
public final class KitHook implements AroundPropertyHook, SkipExecutionHook {
    /** For jqwik. */
    public KitHook() {}

    @Override
    public SkipResult shouldBeSkipped(LifecycleContext context) {
        Optional<Class<?>> container = context.optionalContainerClass();
        Optional<Needs> needs = context.findAnnotation(Needs.class);
        if (container.isEmpty() || needs.isEmpty()) {
            return SkipResult.doNotSkip();
        }
        BackendUnderTest under = (BackendUnderTest) context.newInstance(container.get());
        Optional<String> reason = Needs.Check.missing(under, needs.get().value());
        if (reason.isEmpty()) {
            return SkipResult.doNotSkip();
        }
        note(under, rules(context), Report.Outcome.SKIPPED);
        for (CacheMode mode : under.capabilities().modes()) {
            Report.get().reason(under.name(), mode.toString(), reason.get());
        }
        return SkipResult.skip(reason.get());
    }

    @Override
    public PropertyExecutionResult aroundProperty(
            PropertyLifecycleContext context, PropertyExecutor property) {
        String seed = KitSettings.seed().orElseGet(() -> Long.toString(new Random().nextLong()));
        BackendUnderTest under = (BackendUnderTest) context.testInstance();
        int modes = Math.max(1, under.capabilities().modes().size());
        int workloads = Math.max(1, KitSettings.trials() / KitSettings.TRIALS_A_WORKLOAD);
        context.attributes().setSeed(seed);
        context.attributes().setTries(workloads * modes);
        context.attributes().setEdgeCases(EdgeCasesMode.NONE);
        PropertyExecutionResult result = property.execute();
        boolean failed = result.status() == PropertyExecutionResult.Status.FAILED;
        note(under, rules(context), failed ? Report.Outcome.BROKEN : Report.Outcome.KEPT);
        return failed ? result.mapToFailed(explained(context, seed, result)) : result;
    }

    private static Throwable explained(
            PropertyLifecycleContext context, String seed, PropertyExecutionResult result) {
        Throwable cause = result.throwable().orElseGet(() -> new AssertionError("failed"));
        AssertionError explained =
                new AssertionError(
                        cause.getMessage()
                                + "\nreplay: the test "
                                + context.targetMethod().getName()
                                + " with the system property -Dplatter.kit.seed="
                                + seed,
                        cause);
        explained.setStackTrace(cause.getStackTrace());
        return explained;
    }

    private static int[] rules(LifecycleContext context) {
        Optional<ContractRule> rule = context.findAnnotation(ContractRule.class);
        return rule.map(ContractRule::value).orElseGet(() -> new int[0]);
    }

    private static void note(BackendUnderTest under, int[] rules, Report.Outcome outcome) {
        for (CacheMode mode : under.capabilities().modes()) {
            Report.get().rules(under.name(), mode.toString(), rules, outcome);
        }
    }
}
