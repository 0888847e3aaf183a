package dev.platter.conformance.memory;

import dev.platter.conformance.trial.Shape;
import dev.platter.conformance.trial.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Workloads by a seed alone, like those of {@code StepSupplier}. */
final class RandomSteps {
    private static final Step.Action[] ACTIONS = {
        Step.Action.WRITE, Step.Action.WRITE, Step.Action.WRITE, Step.Action.WRITE,
        Step.Action.ZERO, Step.Action.ZERO_UNMAP, Step.Action.DISCARD, Step.Action.READ,
        Step.Action.FLUSH, Step.Action.FLUSH, Step.Action.AWAIT, Step.Action.AWAIT,
        Step.Action.DRAIN, Step.Action.DRAIN
    };
    private static final Shape[] SHAPES = {
        Shape.PLAIN, Shape.PLAIN, Shape.CROOKED, new Shape(512, 2)
    };

    private RandomSteps() {}

    static List<Step> of(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Step> steps = new ArrayList<>();
        int count = 1 + random.nextInt(40);
        for (int i = 0; i < count; i++) {
            steps.add(
                    new Step(
                            ACTIONS[random.nextInt(ACTIONS.length)],
                            random.nextInt(2),
                            random.nextInt(6),
                            1 + random.nextInt(9),
                            random.nextInt(3) == 0,
                            SHAPES[random.nextInt(SHAPES.length)]));
        }
        return steps;
    }
}
