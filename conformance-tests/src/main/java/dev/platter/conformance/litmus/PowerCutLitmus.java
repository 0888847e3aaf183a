package dev.platter.conformance.litmus;

import static dev.platter.conformance.litmus.DurableWriteLitmus.acknowledged;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.platter.conformance.BackendUnderTest;
import dev.platter.conformance.ContractRule;
import dev.platter.conformance.trial.Needs;
import dev.platter.conformance.trial.Shape;
import dev.platter.conformance.trial.TrialQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInfo;

/** What a power cut must leave whole. */
public interface PowerCutLitmus extends BackendUnderTest {
    /** The power fails in the middle of long writes over older contents. */
    @ContractRule(6)
    @Needs(Needs.Means.POWER_CUT)
    @TestFactory
    default Stream<DynamicTest> blocksAreNeverTorn(TestInfo info) {
        return Litmus.of(this, info)
                .run(
                        (disk, seed) -> {
                            TrialQueue queue = disk.queue(0);
                            boolean durable = disk.alwaysDurable();
                            queue.write(0, disk.blocks(), durable, Shape.PLAIN);
                            queue.drain();
                            disk.medium().armPowerCut(seed % 4, seed);
                            queue.write(0, 13, durable, Shape.CROOKED);
                            queue.write(9, 16, durable, new Shape(512, 2));
                            queue.zero(3, 5, durable, true);
                            disk.powerCycle(seed);
                        });
    }

    /** A write changes its blocks and no others. */
    @ContractRule(22)
    @Needs(Needs.Means.POWER_CUT)
    @TestFactory
    default Stream<DynamicTest> neighboursOfAWriteAreLeftAlone(TestInfo info) {
        return Litmus.of(this, info)
                .run(
                        (disk, seed) -> {
                            TrialQueue queue = disk.queue(0);
                            boolean durable = disk.alwaysDurable();
                            FlushLitmus.written(queue, disk.blocks());
                            for (int block = 1; block < disk.blocks(); block += 5) {
                                queue.write(block, 1, durable, Shape.CROOKED);
                                queue.zero(
                                        block + 2 < disk.blocks() ? block + 2 : 0,
                                        1,
                                        durable,
                                        true);
                            }
                            disk.powerCycle(seed);
                        });
    }

    /** Two power cuts with nothing in between leave the same as one. */
    @ContractRule(23)
    @Needs(Needs.Means.POWER_CUT)
    @TestFactory
    default Stream<DynamicTest> whatAPowerCutLeftStays(TestInfo info) {
        return Litmus.of(this, info)
                .run(
                        (disk, seed) -> {
                            TrialQueue queue = disk.queue(0);
                            boolean durable = disk.alwaysDurable();
                            for (int i = 0; i < 5; i++) {
                                queue.write(i, 6, durable, Shape.PLAIN);
                                queue.await();
                            }
                            int[] first = disk.powerCycle(seed);
                            assertArrayEquals(first, disk.powerCycle(seed + 1));
                            assertArrayEquals(first, disk.powerCycle(seed + 2));
                        });
    }

    /** What was acknowledged as durable stays so over several lives. */
    @ContractRule({10, 11, 23})
    @Needs(Needs.Means.POWER_CUT)
    @TestFactory
    default Stream<DynamicTest> durableContentsOutliveSeveralPowerCuts(TestInfo info) {
        return Litmus.ofPromise(this, info)
                .run(
                        (disk, seed) -> {
                            for (int life = 0; life < 4; life++) {
                                TrialQueue queue = disk.queue(0);
                                acknowledged(queue, queue.write(life, 4, true, Shape.PLAIN));
                                acknowledged(queue, queue.write(10 + life, 4, false, Shape.PLAIN));
                                FlushLitmus.flushed(queue);
                                queue.write(2, 12, disk.alwaysDurable(), Shape.PLAIN);
                                disk.powerCycle(seed + life);
                            }
                        });
    }

    /** The first write to where nothing was yet is as durable as any. */
    @ContractRule({10, 11})
    @Needs(Needs.Means.POWER_CUT)
    @TestFactory
    default Stream<DynamicTest> lastBlockOfAFreshDiskSurvives(TestInfo info) {
        return Litmus.ofPromise(this, info)
                .run(
                        (disk, seed) -> {
                            TrialQueue queue = disk.queue(0);
                            int last = disk.blocks() - 1;
                            acknowledged(queue, queue.write(last, 1, true, Shape.PLAIN));
                            acknowledged(queue, queue.write(last - 1, 1, false, Shape.PLAIN));
                            FlushLitmus.flushed(queue);
                            disk.powerCycle(seed);
                        });
    }

    /** Overlapping writes in flight together: one of them is last, in each block. */
    @ContractRule({4, 6, 13})
    @Needs(Needs.Means.POWER_CUT)
    @TestFactory
    default Stream<DynamicTest> overlappingWritesLeaveOneOfThem(TestInfo info) {
        return Litmus.of(this, info)
                .run(
                        (disk, seed) -> {
                            boolean durable = disk.alwaysDurable();
                            for (int i = 0; i < 4; i++) {
                                disk.queue(i % 2).write(i, 8, durable, Shape.PLAIN);
                            }
                            disk.drain();
                            disk.queue(0).read(0, 12, Shape.PLAIN);
                            disk.queue(0).drain();
                            disk.queue(1).read(0, 12, Shape.PLAIN);
                            disk.queue(1).drain();
                            if (!disk.mode().noFlush()) {
                                FlushLitmus.flushed(disk.queue(0));
                            }
                            disk.powerCycle(seed);
                        });
    }
}
