package dev.platter.conformance.litmus;

import dev.platter.conformance.BackendUnderTest;
import dev.platter.conformance.ContractRule;
import dev.platter.conformance.Fault;
import dev.platter.conformance.model.Operation;
import dev.platter.conformance.trial.Needs;
import dev.platter.conformance.trial.Shape;
import dev.platter.conformance.trial.TrialQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInfo;

/** What FUA makes durable. */
public interface DurableWriteLitmus extends BackendUnderTest {
    /** Write with FUA, power cut. */
    @ContractRule(11)
    @Needs(Needs.Means.POWER_CUT)
    @TestFactory
    default Stream<DynamicTest> durableWriteSurvives(TestInfo info) {
        return Litmus.ofPromise(this, info)
                .run(
                        (disk, seed) -> {
                            acknowledged(
                                    disk.queue(0), disk.queue(0).write(5, 1, true, Shape.PLAIN));
                            disk.powerCycle(seed);
                        });
    }

    /** Every part of it. */
    @ContractRule({5, 11})
    @Needs(Needs.Means.POWER_CUT)
    @TestFactory
    default Stream<DynamicTest> everyPartOfALongDurableWriteSurvives(TestInfo info) {
        return Litmus.ofPromise(this, info)
                .onBlocks(FlushLitmus.LARGE_BLOCKS)
                .atMost(3)
                .run(
                        (disk, seed) -> {
                            TrialQueue queue = disk.queue(0);
                            int most = disk.backend().limits().maxTransferBytes();
                            int blocks = Math.min(disk.blocks(), most / disk.blockBytes());
                            acknowledged(queue, queue.write(0, blocks, true, Shape.CROOKED));
                            disk.powerCycle(seed);
                        });
    }

    /** From memory that the host does not take as it lies. */
    @ContractRule({7, 11})
    @Needs(Needs.Means.POWER_CUT)
    @TestFactory
    default Stream<DynamicTest> durableWriteFromCrookedMemorySurvives(TestInfo info) {
        return Litmus.ofPromise(this, info)
                .run(
                        (disk, seed) -> {
                            TrialQueue queue = disk.queue(0);
                            acknowledged(queue, queue.write(1, 11, true, Shape.CROOKED));
                            disk.powerCycle(seed);
                        });
    }

    /** Zeroes with FUA. */
    @ContractRule({11, 14})
    @Needs(Needs.Means.POWER_CUT)
    @TestFactory
    default Stream<DynamicTest> durableZeroesSurvive(TestInfo info) {
        return Litmus.ofPromise(this, info)
                .run(
                        (disk, seed) -> {
                            TrialQueue queue = disk.queue(0);
                            FlushLitmus.written(queue, disk.blocks());
                            acknowledged(queue, queue.zero(0, 9, true, false));
                            acknowledged(queue, queue.zero(12, 5, true, true));
                            disk.powerCycle(seed);
                        });
    }

    /** Discards with FUA. */
    @ContractRule({11, 14})
    @Needs(Needs.Means.POWER_CUT)
    @TestFactory
    default Stream<DynamicTest> durableDiscardSurvives(TestInfo info) {
        return Litmus.ofPromise(this, info)
                .run(
                        (disk, seed) -> {
                            TrialQueue queue = disk.queue(0);
                            FlushLitmus.written(queue, disk.blocks());
                            acknowledged(queue, queue.discard(8, 16, true));
                            disk.powerCycle(seed);
                        });
    }

    /** The host may write less than asked; the rest is as durable as the start. */
    @ContractRule({5, 11})
    @Needs({Needs.Means.POWER_CUT, Needs.Means.FAULTS})
    @TestFactory
    default Stream<DynamicTest> restOfAShortDurableWriteSurvives(TestInfo info) {
        return Litmus.ofPromise(this, info)
                .run(
                        (disk, seed) -> {
                            TrialQueue queue = disk.queue(0);
                            // Only where the host writes in short parts does this fault show.
                            disk.medium()
                                    .inject(
                                            Fault.shorten(
                                                    Fault.Target.WRITE, 1, disk.blockBytes()));
                            Operation write = queue.write(2, 4, true, Shape.PLAIN);
                            queue.drain();
                            Assertions.assertTrue(
                                    write.ok() || write.failed(), "the write has not ended");
                            disk.powerCycle(seed);
                        });
    }

    /** Overwriting with FUA what was volatile. */
    @ContractRule({11, 13})
    @Needs(Needs.Means.POWER_CUT)
    @TestFactory
    default Stream<DynamicTest> durableWriteOverAVolatileOneSurvives(TestInfo info) {
        return Litmus.ofPromise(this, info)
                .run(
                        (disk, seed) -> {
                            TrialQueue queue = disk.queue(0);
                            acknowledged(queue, queue.write(0, 8, false, Shape.PLAIN));
                            acknowledged(queue, queue.write(2, 3, true, Shape.PLAIN));
                            acknowledged(disk.queue(1), disk.queue(1).read(0, 8, Shape.PLAIN));
                            disk.powerCycle(seed);
                        });
    }

    /** Waits for the success of a request. */
    static void acknowledged(TrialQueue queue, Operation operation) {
        queue.drain();
        Assertions.assertTrue(operation.ok(), () -> "failed: " + operation);
    }
}
