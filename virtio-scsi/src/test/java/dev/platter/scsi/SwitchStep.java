package dev.platter.scsi;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ArbitrarySupplier;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * One step of an interleaving of writes and switches of the cache over two queues.
 *
 * @param queue the queue it happens on
 * @param pick which of the pending requests, counted round
 */
record SwitchStep(Action action, int queue, int pick) {
    enum Action {
        WRITE,
        FUA_WRITE,
        ZERO,
        UNMAP,
        SWITCH_OFF,
        SWITCH_ON,
        RELEASE,
        RELEASE_WITH_ERROR,
        POLL
    }

    /** Where they come from. */
    static final class Supplier implements ArbitrarySupplier<SwitchStep> {
        @Override
        public Arbitrary<SwitchStep> get() {
            Arbitrary<Action> actions =
                    Arbitraries.frequency(
                            Tuple.of(8, Action.WRITE),
                            Tuple.of(1, Action.FUA_WRITE),
                            Tuple.of(1, Action.ZERO),
                            Tuple.of(1, Action.UNMAP),
                            Tuple.of(4, Action.SWITCH_OFF),
                            Tuple.of(2, Action.SWITCH_ON),
                            Tuple.of(12, Action.RELEASE),
                            Tuple.of(1, Action.RELEASE_WITH_ERROR),
                            Tuple.of(10, Action.POLL));
            return Combinators.combine(
                            actions,
                            Arbitraries.integers().between(0, 1),
                            Arbitraries.integers().between(0, 5))
                    .as(SwitchStep::new);
        }
    }
}
