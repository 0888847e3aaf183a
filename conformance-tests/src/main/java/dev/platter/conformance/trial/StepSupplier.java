package dev.platter.conformance.trial;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ArbitrarySupplier;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Where workloads come from: many small overlapping requests on few blocks and two queues. */
public final class StepSupplier implements ArbitrarySupplier<List<Step>> {
    /** The longest workload. */
    public static final int MAX_STEPS = 40;

    private static final int QUEUES = 2;
    private static final int HOT_BLOCKS = 6;
    private static final int MAX_BLOCKS = 9;

    /** For jqwik. */
    public StepSupplier() {}

    @Override
    public Arbitrary<List<Step>> get() {
        return step().list().ofMinSize(1).ofMaxSize(MAX_STEPS);
    }

    private static Arbitrary<Step> step() {
        Arbitrary<Step.Action> actions =
                Arbitraries.frequency(
                        Tuple.of(10, Step.Action.WRITE),
                        Tuple.of(1, Step.Action.ZERO),
                        Tuple.of(1, Step.Action.ZERO_UNMAP),
                        Tuple.of(1, Step.Action.DISCARD),
                        Tuple.of(3, Step.Action.READ),
                        Tuple.of(4, Step.Action.FLUSH),
                        Tuple.of(6, Step.Action.AWAIT),
                        Tuple.of(4, Step.Action.DRAIN));
        Arbitrary<Integer> blocks =
                Arbitraries.frequencyOf(
                        Tuple.of(4, Arbitraries.integers().between(0, HOT_BLOCKS - 1)),
                        Tuple.of(1, Arbitraries.integers().between(0, TrialDisk.BLOCKS - 1)));
        Arbitrary<Shape> shapes =
                Arbitraries.frequency(
                        Tuple.of(5, Shape.PLAIN),
                        Tuple.of(1, Shape.CROOKED),
                        Tuple.of(1, new Shape(512, 2)));
        return Combinators.combine(
                        actions,
                        Arbitraries.integers().between(0, QUEUES - 1),
                        blocks,
                        Arbitraries.integers().between(1, MAX_BLOCKS),
                        Arbitraries.of(false, false, true),
                        shapes)
                .as(Step::new);
    }
}
