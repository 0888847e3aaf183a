package dev.platter.virtio.scsi;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ArbitrarySupplier;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * One thing a guest does.
 *
 * @param queue on which request queue
 * @param flag FUA, UNMAP or IMMED, where the command has it
 */
record GuestStep(Action action, int queue, int block, int blocks, boolean flag) {
    enum Action {
        WRITE,
        WRITE_AND_VERIFY,
        WRITE_SAME,
        UNMAP,
        READ,
        VERIFY,
        SYNCHRONIZE_CACHE,
        SYNCHRONIZE_TO_THE_END,
        CACHE_OFF,
        CACHE_ON,
        ABORT,
        LOGICAL_UNIT_RESET,
        NEXUS_RESET,
        NEW_DRIVER,
        PROCESS,
        DRAIN
    }

    /** Where they come from. */
    static final class Supplier implements ArbitrarySupplier<List<GuestStep>> {
        @Override
        public Arbitrary<List<GuestStep>> get() {
            Arbitrary<Action> actions =
                    Arbitraries.frequency(
                            Tuple.of(12, Action.WRITE),
                            Tuple.of(1, Action.WRITE_AND_VERIFY),
                            Tuple.of(2, Action.WRITE_SAME),
                            Tuple.of(2, Action.UNMAP),
                            Tuple.of(3, Action.READ),
                            Tuple.of(1, Action.VERIFY),
                            Tuple.of(3, Action.SYNCHRONIZE_CACHE),
                            Tuple.of(2, Action.SYNCHRONIZE_TO_THE_END),
                            Tuple.of(3, Action.CACHE_OFF),
                            Tuple.of(2, Action.CACHE_ON),
                            Tuple.of(1, Action.ABORT),
                            Tuple.of(1, Action.LOGICAL_UNIT_RESET),
                            Tuple.of(1, Action.NEXUS_RESET),
                            Tuple.of(1, Action.NEW_DRIVER),
                            Tuple.of(10, Action.PROCESS),
                            Tuple.of(4, Action.DRAIN));
            return Combinators.combine(
                            actions,
                            Arbitraries.integers().between(0, 1),
                            Arbitraries.integers().between(0, GuestDisk.BLOCKS - 1),
                            Arbitraries.integers().between(1, 6),
                            Arbitraries.of(false, false, true))
                    .as(GuestStep::new)
                    .list()
                    .ofMinSize(1)
                    .ofMaxSize(40);
        }
    }
}
