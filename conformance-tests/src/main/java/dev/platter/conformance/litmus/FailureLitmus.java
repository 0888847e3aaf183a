package dev.platter.conformance.litmus;

import static dev.platter.conformance.litmus.DurableWriteLitmus.acknowledged;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.platter.api.block.BlockLimits;
import dev.platter.conformance.BackendUnderTest;
import dev.platter.conformance.ContractRule;
import dev.platter.conformance.Fault;
import dev.platter.conformance.model.Operation;
import dev.platter.conformance.trial.Needs;
import dev.platter.conformance.trial.Shape;
import dev.platter.conformance.trial.TrialDisk;
import dev.platter.conformance.trial.TrialQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInfo;

/** What must happen after the host has failed. */
public interface FailureLitmus extends BackendUnderTest {
    /** The error that is injected. */
    int EIO = 5;

    /** The host forgets its error, the backend must not. */
    @ContractRule(12)
    @Needs(Needs.Means.FAULTS)
    @TestFactory
    default Stream<DynamicTest> failedFlushIsNotForgotten(TestInfo info) {
        return Litmus.ofPromise(this, info)
                .run(
                        (disk, seed) -> {
                            failFlush(disk);
                            assertNothingIsPromised(disk);
                        });
    }

    /** A durable write that failed to become durable ends the promises of flushes, too. */
    @ContractRule(12)
    @Needs(Needs.Means.FAULTS)
    @TestFactory
    default Stream<DynamicTest> failedDurableWriteIsNotForgotten(TestInfo info) {
        return Litmus.ofPromise(this, info)
                .run(
                        (disk, seed) -> {
                            TrialQueue queue = disk.queue(0);
                            disk.medium().inject(Fault.fail(Fault.Target.WRITE, 1, EIO));
                            disk.medium().inject(Fault.fail(Fault.Target.SYNC, 1, EIO));
                            Operation write = queue.write(0, 1, true, Shape.PLAIN);
                            queue.drain();
                            assertTrue(write.failed(), "the host's error was not reported");
                            disk.medium().clearFaults();
                            assertNothingIsPromised(disk);
                        });
    }

    /** Zeroes with FUA whose synchronisation fails end all promises as well. */
    @ContractRule(12)
    @Needs(Needs.Means.FAULTS)
    @TestFactory
    default Stream<DynamicTest> failedDurableZeroesAreNotForgotten(TestInfo info) {
        return Litmus.ofPromise(this, info)
                .run(
                        (disk, seed) -> {
                            TrialQueue queue = disk.queue(0);
                            disk.medium().inject(Fault.fail(Fault.Target.WRITE, 1, EIO));
                            disk.medium().inject(Fault.fail(Fault.Target.SYNC, 1, EIO));
                            disk.medium().inject(Fault.fail(Fault.Target.ZERO, 1, EIO));
                            disk.medium().inject(Fault.fail(Fault.Target.ZERO, 2, EIO));
                            Operation zero = queue.zero(0, 2, true, false);
                            queue.drain();
                            disk.medium().clearFaults();
                            assumeTrue(
                                    zero.failed(),
                                    "the backend has a way to write zeroes that did not fail");
                            assertNothingIsPromised(disk);
                        });
    }

    /** Opening again is the operator's decision, and a new start. */
    @ContractRule(12)
    @Needs({Needs.Means.POWER_CUT, Needs.Means.FAULTS})
    @TestFactory
    default Stream<DynamicTest> reopeningIsANewStart(TestInfo info) {
        return Litmus.ofPromise(this, info)
                .run(
                        (disk, seed) -> {
                            failFlush(disk);
                            disk.reopen();
                            TrialQueue queue = disk.queue(0);
                            acknowledged(queue, queue.write(6, 2, false, Shape.PLAIN));
                            FlushLitmus.flushed(queue);
                            acknowledged(queue, queue.write(9, 1, true, Shape.PLAIN));
                            disk.powerCycle(seed);
                        });
    }

    /** A plain write that failed is its own affair: others go on, and flushes are honest. */
    @ContractRule({9, 12})
    @Needs({Needs.Means.POWER_CUT, Needs.Means.FAULTS})
    @TestFactory
    default Stream<DynamicTest> failedPlainWriteIsReported(TestInfo info) {
        return Litmus.ofPromise(this, info)
                .run(
                        (disk, seed) -> {
                            TrialQueue queue = disk.queue(0);
                            disk.medium().inject(Fault.fail(Fault.Target.WRITE, 1, EIO));
                            Operation write = queue.write(0, 1, false, Shape.PLAIN);
                            queue.drain();
                            disk.medium().clearFaults();
                            assertEquals(-EIO, write.result(), "the host's error");
                            acknowledged(queue, queue.write(4, 1, false, Shape.PLAIN));
                            queue.flush();
                            queue.drain();
                            disk.powerCycle(seed);
                        });
    }

    /** A read that failed says so. */
    @ContractRule(9)
    @Needs(Needs.Means.FAULTS)
    @TestFactory
    default Stream<DynamicTest> failedReadIsReported(TestInfo info) {
        return Litmus.of(this, info)
                .run(
                        (disk, seed) -> {
                            TrialQueue queue = disk.queue(0);
                            acknowledged(queue, queue.write(0, 1, false, Shape.PLAIN));
                            disk.medium().inject(Fault.fail(Fault.Target.READ, 1, EIO));
                            Operation read = queue.read(0, 1, Shape.PLAIN);
                            queue.drain();
                            assertEquals(-EIO, read.result(), "the host's error");
                            acknowledged(queue, queue.read(0, 1, Shape.PLAIN));
                            disk.judge();
                        });
    }

    private static void failFlush(TrialDisk disk) throws Exception {
        TrialQueue queue = disk.queue(0);
        acknowledged(queue, queue.write(0, 2, false, Shape.PLAIN));
        disk.medium().inject(Fault.fail(Fault.Target.SYNC, 1, EIO));
        Operation flush = queue.flush();
        queue.drain();
        disk.medium().clearFaults();
        assertTrue(flush.failed(), "the host's error was not reported: " + flush);
    }

    private static void assertNothingIsPromised(TrialDisk disk) throws Exception {
        BlockLimits limits = disk.backend().limits();
        for (int number = 0; number < 3; number++) {
            TrialQueue queue = disk.queue(number);
            queue.flush();
            queue.drain();
            queue.write(12, 1, true, Shape.PLAIN);
            queue.drain();
            queue.zero(14, 1, true, false);
            queue.drain();
            if (limits.discardGranularityBytes() > 0) {
                queue.discard(16, 8, true);
                queue.drain();
            }
            queue.flush();
            queue.drain();
        }
        acknowledged(disk.queue(0), disk.queue(0).write(20, 1, false, Shape.PLAIN));
        disk.judge();
    }
}
