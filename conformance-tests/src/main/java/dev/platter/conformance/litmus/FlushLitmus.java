package dev.platter.conformance.litmus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.platter.conformance.BackendUnderTest;
import dev.platter.conformance.ContractRule;
import dev.platter.conformance.trial.Needs;
import dev.platter.conformance.trial.Shape;
import dev.platter.conformance.trial.TrialQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInfo;

/** What a flush makes durable. */
public interface FlushLitmus extends BackendUnderTest {
    /** The size of a disk for long writes. */
    int LARGE_BLOCKS = 4096;

    /** The plainest of all: write, flush, power cut. */
    @ContractRule(10)
    @Needs(Needs.Means.POWER_CUT)
    @TestFactory
    default Stream<DynamicTest> flushMakesAcknowledgedWritesDurable(TestInfo info) {
        return Litmus.ofPromise(this, info)
                .run(
                        (disk, seed) -> {
                            TrialQueue queue = disk.queue(0);
                            queue.write(0, 1, false, Shape.PLAIN);
                            queue.write(7, 3, false, Shape.PLAIN);
                            queue.drain();
                            flushed(queue);
                            disk.powerCycle(seed);
                        });
    }

    /** A flush is about the disk, not about its queue. */
    @ContractRule(10)
    @Needs(Needs.Means.POWER_CUT)
    @TestFactory
    default Stream<DynamicTest> flushCoversWritesOfOtherQueues(TestInfo info) {
        return Litmus.ofPromise(this, info)
                .run(
                        (disk, seed) -> {
                            disk.queue(0).write(2, 2, false, Shape.PLAIN);
                            disk.queue(0).drain();
                            flushed(disk.queue(1));
                            disk.powerCycle(seed);
                        });
    }

    /** A long write is cut into parts somewhere; all of them count. */
    @ContractRule({5, 10})
    @Needs(Needs.Means.POWER_CUT)
    @TestFactory
    default Stream<DynamicTest> flushCoversEveryBlockOfALongWrite(TestInfo info) {
        return Litmus.ofPromise(this, info)
                .onBlocks(LARGE_BLOCKS)
                .atMost(3)
                .run(
                        (disk, seed) -> {
                            TrialQueue queue = disk.queue(0);
                            int most = disk.backend().limits().maxTransferBytes();
                            int blocks = Math.min(disk.blocks(), most / disk.blockBytes());
                            queue.write(0, blocks, false, Shape.PLAIN);
                            queue.drain();
                            flushed(queue);
                            disk.powerCycle(seed);
                        });
    }

    /** Zeroes and discarded blocks are contents like others. */
    @ContractRule({10, 14})
    @Needs(Needs.Means.POWER_CUT)
    @TestFactory
    default Stream<DynamicTest> flushCoversZeroesAndDiscards(TestInfo info) {
        return Litmus.ofPromise(this, info)
                .run(
                        (disk, seed) -> {
                            TrialQueue queue = disk.queue(0);
                            written(queue, disk.blocks());
                            queue.zero(0, 4, false, false);
                            queue.zero(8, 4, false, true);
                            queue.discard(16, 8, false);
                            queue.drain();
                            flushed(queue);
                            disk.powerCycle(seed);
                        });
    }

    /** What was flushed before does not excuse a later flush. */
    @ContractRule(10)
    @Needs(Needs.Means.POWER_CUT)
    @TestFactory
    default Stream<DynamicTest> secondFlushCoversWritesSinceTheFirst(TestInfo info) {
        return Litmus.ofPromise(this, info)
                .run(
                        (disk, seed) -> {
                            TrialQueue queue = disk.queue(0);
                            for (int round = 0; round < 3; round++) {
                                queue.write(4, 2, false, Shape.PLAIN);
                                queue.drain();
                                flushed(queue);
                            }
                            flushed(queue);
                            disk.powerCycle(seed);
                        });
    }

    /** A durable write has not flushed the others. */
    @ContractRule({10, 11})
    @Needs(Needs.Means.POWER_CUT)
    @TestFactory
    default Stream<DynamicTest> durableWriteIsNotTakenForAFlush(TestInfo info) {
        return Litmus.ofPromise(this, info)
                .run(
                        (disk, seed) -> {
                            TrialQueue queue = disk.queue(0);
                            queue.write(3, 4, false, Shape.PLAIN);
                            queue.drain();
                            queue.write(20, 1, true, Shape.PLAIN);
                            queue.zero(24, 1, true, false);
                            queue.drain();
                            flushed(queue);
                            disk.powerCycle(seed);
                        });
    }

    /**
     * A write that completes after a synchronisation has taken effect, and before the backend has
     * noted its end, is not covered by it: the next flush must not be left out.
     */
    @ContractRule(10)
    @Needs(Needs.Means.POWER_CUT)
    @TestFactory
    default Stream<DynamicTest> writeBehindARunningFlushNeedsTheNext(TestInfo info) {
        return Litmus.ofPromise(this, info)
                .run(
                        (disk, seed) -> {
                            TrialQueue first = disk.queue(0);
                            TrialQueue second = disk.queue(1);
                            first.write(0, 1, false, Shape.PLAIN);
                            first.drain();
                            boolean planned =
                                    disk.medium()
                                            .insideNextSync(
                                                    () -> {
                                                        second.write(9, 1, false, Shape.PLAIN);
                                                        second.drain();
                                                    });
                            assumeTrue(
                                    planned,
                                    "the medium cannot stop inside a synchronisation; test this"
                                            + " with a gate at your host calls");
                            flushed(first);
                            flushed(second);
                            disk.powerCycle(seed);
                        });
    }

    /** Of two writes one after the other, the second is what a flush keeps. */
    @ContractRule({10, 13})
    @Needs(Needs.Means.POWER_CUT)
    @TestFactory
    default Stream<DynamicTest> overwrittenBlockHoldsTheLatest(TestInfo info) {
        return Litmus.ofPromise(this, info)
                .run(
                        (disk, seed) -> {
                            for (int round = 0; round < 6; round++) {
                                TrialQueue queue = disk.queue(round % 2);
                                queue.write(round % 3, 4, false, Shape.CROOKED);
                                queue.drain();
                            }
                            flushed(disk.queue(0));
                            disk.powerCycle(seed);
                        });
    }

    /** A write in flight while the flush runs may be there or not, but whole blocks of it. */
    @ContractRule({6, 10})
    @Needs(Needs.Means.POWER_CUT)
    @TestFactory
    default Stream<DynamicTest> concurrentWriteIsPromisedNothing(TestInfo info) {
        return Litmus.of(this, info)
                .run(
                        (disk, seed) -> {
                            TrialQueue queue = disk.queue(0);
                            queue.write(0, 2, disk.alwaysDurable(), Shape.PLAIN);
                            queue.drain();
                            queue.write(1, 6, disk.alwaysDurable(), Shape.PLAIN);
                            disk.queue(1).flush();
                            disk.queue(1).drain();
                            disk.powerCycle(seed);
                        });
    }

    /** Submits a flush and waits for its success. */
    static void flushed(TrialQueue queue) {
        queue.flush();
        queue.drain();
        assertEquals(0, queue.lastResult(), "a flush failed");
    }

    /** Writes and flushes all blocks. */
    static void written(TrialQueue queue, int blocks) {
        queue.write(0, blocks, false, Shape.PLAIN);
        queue.drain();
        flushed(queue);
    }
}
