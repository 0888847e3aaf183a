package dev.platter.conformance.litmus;

import static dev.platter.conformance.litmus.DurableWriteLitmus.acknowledged;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.CompletionHandler;
import dev.platter.api.block.Errno;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import dev.platter.conformance.BackendUnderTest;
import dev.platter.conformance.ContractRule;
import dev.platter.conformance.Fault;
import dev.platter.conformance.trial.Needs;
import dev.platter.conformance.trial.RawQueue;
import dev.platter.conformance.trial.Shape;
import dev.platter.conformance.trial.TrialDisk;
import dev.platter.conformance.trial.TrialQueue;
import dev.platter.linux.PollEvents;
import dev.platter.linux.PollSet;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInfo;

/** Opening, closing, threads, and what a request may cost. */
public interface LifeRules extends BackendUnderTest {
    /** What changes nothing succeeds, what would change something does not. */
    @ContractRule(15)
    @TestFactory
    default Stream<DynamicTest> readOnlyDiskIsReadAndFlushedOnly(TestInfo info) {
        return Litmus.of(this, info)
                .run(
                        (disk, seed) -> {
                            acknowledged(
                                    disk.queue(0), disk.queue(0).write(0, 1, true, Shape.PLAIN));
                            String location = disk.medium().location();
                            int blockBytes = disk.blockBytes();
                            disk.stop();
                            Optional<BlockBackend> opened = openReadOnly(location, disk.mode());
                            assumeTrue(opened.isPresent(), "the backend has no read-only mode");
                            try (BlockBackend backend = opened.get();
                                    RawQueue raw = new RawQueue(backend, 2)) {
                                assertTrue(backend.readOnly());
                                BlockQueue queue = raw.queue();
                                IoVector vector = raw.vector(blockBytes, 0);
                                assertTrue(queue.writev(1, 0, vector, IoFlags.FUA));
                                assertEquals(-Errno.EROFS, raw.drained());
                                assertTrue(queue.writeZeroes(1, 0, blockBytes, IoFlags.NONE));
                                assertEquals(-Errno.EROFS, raw.drained());
                                assertTrue(queue.discard(1, 0, blockBytes, IoFlags.NONE));
                                assertEquals(-Errno.EROFS, raw.drained());
                                assertTrue(queue.flush(1));
                                assertEquals(0, raw.drained());
                                assertTrue(queue.readv(1, 0, vector));
                                assertEquals(blockBytes, raw.drained());
                            }
                        });
    }

    /** A queue belongs to a thread, not for ever to the same one. */
    @ContractRule(16)
    @TestFactory
    default Stream<DynamicTest> queueMayChangeHands(TestInfo info) {
        return Litmus.of(this, info)
                .run(
                        (disk, seed) -> {
                            try (RawQueue raw = new RawQueue(disk.backend(), 2)) {
                                IoVector vector = raw.vector(disk.blockBytes(), 0);
                                for (int i = 0; i < 5; i++) {
                                    Runnable turn =
                                            () -> {
                                                raw.queue().writev(1, 0, vector, IoFlags.FUA);
                                                raw.drain();
                                            };
                                    Thread owner =
                                            i % 2 == 0
                                                    ? Thread.ofPlatform().start(turn)
                                                    : Thread.ofVirtual().start(turn);
                                    owner.join();
                                    assertEquals(disk.blockBytes(), raw.lastResult());
                                    assertTrue(
                                            raw.onlyThread(owner),
                                            "the handler ran on another thread than poll");
                                }
                            }
                        });
    }

    /** A request that fails on one queue leaves the others working. */
    @ContractRule(17)
    @Needs(Needs.Means.FAULTS)
    @TestFactory
    default Stream<DynamicTest> failureOfARequestStopsNoOtherQueue(TestInfo info) {
        return Litmus.of(this, info)
                .run(
                        (disk, seed) -> {
                            TrialQueue one = disk.queue(0);
                            TrialQueue other = disk.queue(1);
                            disk.medium().inject(Fault.fail(Fault.Target.READ, 1, Errno.EIO));
                            one.read(0, 1, Shape.PLAIN);
                            one.drain();
                            acknowledged(other, other.write(0, 2, false, Shape.PLAIN));
                            acknowledged(other, other.read(0, 2, Shape.PLAIN));
                            disk.judge();
                        });
    }

    /** A queue that is busy cannot be closed; one that is idle can, and so can the backend. */
    @ContractRule(18)
    @TestFactory
    default Stream<DynamicTest> closingReleasesAndKeepsWhatWasWritten(TestInfo info) {
        return Litmus.of(this, info)
                .run(
                        (disk, seed) -> {
                            try (RawQueue raw = new RawQueue(disk.backend(), 2)) {
                                IoVector vector = raw.vector(disk.blockBytes(), 0);
                                assertTrue(raw.queue().readv(1, 0, vector));
                                assertThrows(IllegalStateException.class, raw.queue()::close);
                                raw.drain();
                            }
                            for (int i = 0; i < 5; i++) {
                                TrialQueue queue = disk.queue(0);
                                acknowledged(queue, queue.write(i, 4, false, Shape.PLAIN));
                                disk.reopen();
                                queue = disk.queue(0);
                                acknowledged(queue, queue.read(0, 12, Shape.PLAIN));
                            }
                            disk.judge();
                        });
    }

    /** What is not there cannot be opened, and is not there afterwards either. */
    @ContractRule(19)
    @TestFactory
    default Stream<DynamicTest> whatIsMissingIsNotOpened(TestInfo info) {
        return Litmus.of(this, info)
                .run(
                        (disk, seed) -> {
                            String missing = disk.medium().location() + ".missing";
                            for (int i = 0; i < 2; i++) {
                                assertThrows(
                                        BackendException.class, () -> open(missing, disk.mode()));
                            }
                        });
    }

    /** The data plane allocates nothing, once it is warm. */
    @ContractRule(20)
    @TestFactory
    default Stream<DynamicTest> requestsAllocateNothing(TestInfo info) {
        return Litmus.of(this, info)
                .run(
                        (disk, seed) -> {
                            assumeTrue(
                                    capabilities().allocatesNothing(),
                                    "the backend does not claim to allocate nothing");
                            try (RawQueue raw = new RawQueue(disk.backend(), 8)) {
                                assertEquals(0, leastAllocated(disk, raw), "bytes allocated");
                            }
                        });
    }

    private static long leastAllocated(TrialDisk disk, RawQueue raw) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        IoVector aligned = raw.vector(4 * disk.blockBytes(), 0);
        IoVector crooked = raw.vector(4 * disk.blockBytes(), 1);
        CompletionHandler handler = (tag, result) -> {};
        BlockQueue queue = raw.queue();
        long least = Long.MAX_VALUE;
        // At first it is interpreted; on a busy machine it takes long until all is compiled.
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (least > 0 && System.nanoTime() - deadline < 0) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 200; i++) {
                queue.readv(1, 0, aligned);
                queue.writev(2, 0, aligned, IoFlags.NONE);
                queue.readv(3, 0, crooked);
                queue.writev(4, 0, crooked, IoFlags.FUA);
                queue.discard(5, 0, 4L * disk.blockBytes(), IoFlags.NONE);
                queue.writeZeroes(6, 0, disk.blockBytes(), IoFlags.NONE);
                queue.flush(7);
                while (queue.inFlight() > 0) {
                    if (queue.poll(handler) == 0) {
                        Thread.onSpinWait();
                    }
                }
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }

    /** A flush with nothing to do asks nothing of the host. */
    @ContractRule(21)
    @TestFactory
    default Stream<DynamicTest> needlessFlushCostsNothing(TestInfo info) {
        return Litmus.ofPromise(this, info)
                .run(
                        (disk, seed) -> {
                            assumeTrue(
                                    capabilities().countsSyncs(),
                                    "the backend does not claim to count synchronisations");
                            TrialQueue queue = disk.queue(0);
                            acknowledged(queue, queue.write(0, 1, false, Shape.PLAIN));
                            FlushLitmus.flushed(queue);
                            long syncs = disk.backend().statistics().syncs();
                            FlushLitmus.flushed(queue);
                            FlushLitmus.flushed(disk.queue(1));
                            assertEquals(syncs, disk.backend().statistics().syncs(), "syncs");
                            acknowledged(queue, queue.write(0, 1, false, Shape.PLAIN));
                            FlushLitmus.flushed(queue);
                            assertEquals(syncs + 1, disk.backend().statistics().syncs(), "syncs");
                            disk.judge();
                        });
    }

    /** What is given up completes once all the same, and is no failure of the disk. */
    @ContractRule(24)
    @TestFactory
    default Stream<DynamicTest> whatIsGivenUpCompletesOnce(TestInfo info) {
        return Litmus.of(this, info)
                .run(
                        (disk, seed) -> {
                            try (RawQueue raw = new RawQueue(disk.backend(), 16)) {
                                for (int round = 0; round < 30; round++) {
                                    giveUpSome(raw, disk.blockBytes(), round);
                                }
                                IoVector vector = raw.vector(disk.blockBytes(), 0);
                                assertTrue(raw.queue().writev(1, 0, vector, IoFlags.FUA));
                                assertEquals(disk.blockBytes(), raw.drained(), "afterwards");
                                assertTrue(raw.queue().flush(2));
                                assertEquals(0, raw.drained(), "a flush afterwards");
                            }
                        });
    }

    private static void giveUpSome(RawQueue raw, int blockBytes, int round) {
        BlockQueue queue = raw.queue();
        IoVector vector = raw.vector(blockBytes, 0);
        for (int tag = 0; tag < 8; tag++) {
            int flags = tag < 4 ? IoFlags.FUA : IoFlags.NONE;
            assertTrue(queue.writev(tag, (long) tag * blockBytes, vector, flags));
        }
        assertTrue(queue.flush(8));
        for (int tag = round % 2; tag < 9; tag += 2) {
            queue.cancel(tag);
        }
        queue.cancel(-1);
        assertEquals(9, raw.drain(), "completions");
        for (int tag = 0; tag < 9; tag++) {
            assertTrue(raw.sawTag(tag), "request " + tag + " has not completed");
        }
        assertTrue(
                raw.lastResult() >= 0 || raw.lastResult() == -Errno.ECANCELED,
                "result " + raw.lastResult());
    }

    /** A larger disk is so for queues that were open before, and after a power cut. */
    @ContractRule(28)
    @TestFactory
    default Stream<DynamicTest> newSizeIsForAllAndForGood(TestInfo info) {
        return Litmus.of(this, info).run((disk, seed) -> Growth.check(disk, seed));
    }

    /** An owner that waits as it is told misses nothing. */
    @ContractRule(25)
    @TestFactory
    default Stream<DynamicTest> nothingIsMissed(TestInfo info) {
        return Litmus.of(this, info)
                .run(
                        (disk, seed) -> {
                            try (RawQueue raw = new RawQueue(disk.backend(), 8)) {
                                for (int round = 0; round < 30; round++) {
                                    waitAsTold(raw, disk.blockBytes());
                                }
                            }
                        });
    }

    private static void waitAsTold(RawQueue raw, int blockBytes) {
        BlockQueue queue = raw.queue();
        IoVector vector = raw.vector(blockBytes, 0);
        for (int tag = 0; tag < 4; tag++) {
            assertTrue(queue.writev(tag, (long) tag * blockBytes, vector, tag % 2));
        }
        assertTrue(queue.readv(4, 0, vector));
        assertTrue(queue.flush(5));
        PollSet told = new PollSet(1);
        while (queue.inFlight() > 0) {
            if (queue.poll((tag, result) -> assertTrue(result >= 0)) > 0 || queue.mustPoll()) {
                continue;
            }
            if (queue.inFlight() > 0) {
                assertTrue(queue.completionFd() >= 0, "in flight, and nothing to wait for");
                told.set(0, queue.completionFd(), PollEvents.IN);
                assertEquals(1, told.await(20_000), "a completion is not announced");
            }
        }
    }
}
