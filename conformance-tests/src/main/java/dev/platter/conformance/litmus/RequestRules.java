package dev.platter.conformance.litmus;

import static dev.platter.conformance.litmus.DurableWriteLitmus.acknowledged;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.platter.api.block.AtomicWriteLimits;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.Errno;
import dev.platter.api.block.Extent;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import dev.platter.conformance.BackendUnderTest;
import dev.platter.conformance.ContractRule;
import dev.platter.conformance.model.Operation;
import dev.platter.conformance.model.Stamps;
import dev.platter.conformance.trial.RawQueue;
import dev.platter.conformance.trial.Shape;
import dev.platter.conformance.trial.TrialQueue;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInfo;

/** How requests are accepted, carried out and answered. */
public interface RequestRules extends BackendUnderTest {
    /** Many requests of all kinds: each completes once, with its tag, and inside a poll. */
    @ContractRule({1, 3, 5})
    @TestFactory
    default Stream<DynamicTest> everyRequestCompletesExactlyOnce(TestInfo info) {
        return Litmus.of(this, info)
                .run(
                        (disk, seed) -> {
                            for (int i = 0; i < 200; i++) {
                                TrialQueue queue = disk.queue(i % 3);
                                int block = i * 7 % (disk.blocks() - 4);
                                switch (i % 6) {
                                    case 0, 1 -> queue.write(block, 3, i % 4 == 0, Shape.PLAIN);
                                    case 2 -> queue.zero(block, 2, false, i % 4 == 0);
                                    case 3 -> queue.flush();
                                    case 4 -> queue.discard(block, 2, false);
                                    default -> queue.read(block, 4, Shape.CROOKED);
                                }
                            }
                            disk.judge();
                        });
    }

    /** A full queue refuses, keeps nothing of what it refused, and has room again afterwards. */
    @ContractRule(2)
    @TestFactory
    default Stream<DynamicTest> fullQueueKeepsNothing(TestInfo info) {
        return Litmus.of(this, info)
                .run(
                        (disk, seed) -> {
                            try (RawQueue raw = new RawQueue(disk.backend(), 4)) {
                                BlockQueue queue = raw.queue();
                                IoVector vector = raw.vector(disk.blockBytes(), 0);
                                int accepted = 0;
                                while (accepted < 1000 && queue.readv(accepted, 0, vector)) {
                                    accepted++;
                                }
                                assertTrue(accepted >= 4, "refused before capacity was reached");
                                assertEquals(queue.inFlight(), accepted, "in flight");
                                if (accepted < 1000) {
                                    assertFalse(queue.writev(-1, 0, vector, IoFlags.NONE));
                                    assertFalse(queue.flush(-1));
                                    assertFalse(queue.writeZeroes(-1, 0, disk.blockBytes(), 0));
                                    assertFalse(queue.discard(-1, 0, disk.blockBytes(), 0));
                                }
                                assertEquals(accepted, raw.drain(), "completions");
                                assertFalse(raw.sawTag(-1), "a refused request has completed");
                                assertTrue(queue.flush(1), "no room after the completions");
                                raw.drain();
                            }
                            disk.judge();
                        });
    }

    /** Handlers may submit. */
    @ContractRule({1, 3})
    @TestFactory
    default Stream<DynamicTest> completionMaySubmitTheNextRequest(TestInfo info) {
        return Litmus.of(this, info)
                .run(
                        (disk, seed) -> {
                            try (RawQueue raw = new RawQueue(disk.backend(), 2)) {
                                IoVector vector = raw.vector(disk.blockBytes(), 0);
                                raw.onCompletion(
                                        tag ->
                                                tag >= 300
                                                        || (tag % 2 == 0
                                                                ? raw.queue().flush(tag + 1)
                                                                : raw.queue()
                                                                        .readv(
                                                                                tag + 1, 0,
                                                                                vector)));
                                assertTrue(raw.queue().readv(1, 0, vector));
                                assertEquals(300, raw.drain(), "completions");
                            }
                        });
    }

    /** Any alignment, any cut. */
    @ContractRule({5, 7})
    @TestFactory
    default Stream<DynamicTest> memoryMayLieAnyhow(TestInfo info) {
        return Litmus.of(this, info)
                .run(
                        (disk, seed) -> {
                            TrialQueue queue = disk.queue(0);
                            int[] shifts = {0, 1, 7, 64, 511, 512, 4095};
                            for (int i = 0; i < shifts.length; i++) {
                                Shape shape = new Shape(shifts[i], 1 + i % 5);
                                acknowledged(queue, queue.write(i, 9, i % 2 == 0, shape));
                                acknowledged(queue, queue.read(0, 20, shape));
                            }
                            disk.judge();
                        });
    }

    /** What is not on the disk, or not whole blocks, is invalid and changes nothing. */
    @ContractRule(8)
    @TestFactory
    default Stream<DynamicTest> requestsOutsideTheDiskAreInvalid(TestInfo info) {
        return Litmus.of(this, info)
                .run(
                        (disk, seed) -> {
                            int block = disk.blockBytes();
                            long size = disk.backend().sizeBytes();
                            long[] offsets = {
                                -block, size, size + block, 1L << 62, Long.MAX_VALUE - block + 1
                            };
                            try (RawQueue raw = new RawQueue(disk.backend(), 4)) {
                                BlockQueue queue = raw.queue();
                                IoVector vector = raw.vector(block, 0);
                                for (long at : offsets) {
                                    for (int fua : new int[] {IoFlags.NONE, IoFlags.FUA}) {
                                        invalid(raw, queue.writev(1, at, vector, fua), at);
                                        invalid(raw, queue.writeZeroes(1, at, block, fua), at);
                                        invalid(raw, queue.discard(1, at, block, fua), at);
                                    }
                                    invalid(raw, queue.readv(1, at, vector), at);
                                }
                                invalid(raw, queue.writeZeroes(1, block, size, 0), block);
                                invalid(raw, queue.discard(1, 0, Long.MAX_VALUE - block + 1, 0), 0);
                                invalid(raw, queue.writeZeroes(1, 0, -block, 0), 0);
                                if (disk.backend().limits().requestAlignmentBytes() > 1) {
                                    invalid(raw, queue.writev(1, 1, vector, IoFlags.FUA), 1);
                                    invalid(raw, queue.readv(1, 0, raw.vector(100, 0)), 0);
                                    invalid(raw, queue.writeZeroes(1, 0, 100, 0), 0);
                                }
                            }
                            TrialQueue queue = disk.queue(0);
                            acknowledged(queue, queue.read(0, disk.blocks(), Shape.PLAIN));
                            // A guest's nonsense ends no promise.
                            acknowledged(queue, queue.write(0, 1, true, Shape.PLAIN));
                            FlushLitmus.flushed(queue);
                            disk.judge();
                        });
    }

    private static void invalid(RawQueue raw, boolean accepted, long at) {
        assertTrue(accepted, "refused, instead of answered with EINVAL");
        raw.drain();
        assertEquals(-Errno.EINVAL, raw.lastResult(), "result of a request at " + at);
    }

    /** An atomic write within the limits is a write; one outside them is invalid. */
    @ContractRule(26)
    @TestFactory
    default Stream<DynamicTest> atomicWritesKeepToTheirLimits(TestInfo info) {
        return Litmus.of(this, info)
                .run(
                        (disk, seed) -> {
                            AtomicWriteLimits limits = disk.backend().atomicWrites();
                            assumeTrue(
                                    limits.maxBytes() > 0,
                                    "the backend promises no atomic writes in this mode");
                            long size = disk.backend().sizeBytes();
                            try (RawQueue raw = new RawQueue(disk.backend(), 4)) {
                                BlockQueue queue = raw.queue();
                                int length = limits.minBytes();
                                for (; length <= Math.min(size, limits.maxBytes()); length *= 2) {
                                    for (int fua : new int[] {IoFlags.NONE, IoFlags.FUA}) {
                                        IoVector vector = raw.vector(length, fua);
                                        long at = size / length * length - length;
                                        assertTrue(
                                                queue.writev(1, at, vector, fua | IoFlags.ATOMIC));
                                        assertEquals(length, raw.drained(), "an atomic write");
                                    }
                                }
                                int least = limits.minBytes();
                                int most = 2 * limits.maxBytes();
                                invalid(raw, atomic(raw, 0, most), 0);
                                invalid(raw, atomic(raw, 0, 3 * least), 0);
                                invalid(raw, atomic(raw, least, 2 * least), least);
                            }
                        });
    }

    private static boolean atomic(RawQueue raw, long offset, int length) {
        return raw.queue().writev(1, offset, raw.vector(length, 0), IoFlags.ATOMIC);
    }

    /** What is called a hole reads as zeroes, and what was written is not called one. */
    @ContractRule(27)
    @TestFactory
    default Stream<DynamicTest> holesReadAsZeroes(TestInfo info) {
        return Litmus.of(this, info)
                .run(
                        (disk, seed) -> {
                            TrialQueue queue = disk.queue(0);
                            acknowledged(queue, queue.write(3, 2, true, Shape.PLAIN));
                            acknowledged(queue, queue.discard(9, 4, true));
                            BlockBackend backend = disk.backend();
                            int block = disk.blockBytes();
                            long at = 0;
                            try (RawQueue raw = new RawQueue(backend, 1)) {
                                while (at < backend.sizeBytes()) {
                                    Extent extent = backend.extentAt(at);
                                    assertTrue(
                                            extent.lengthBytes() > 0, "an extent without length");
                                    long end = at + extent.lengthBytes();
                                    assertTrue(end <= backend.sizeBytes(), "beyond the disk");
                                    if (!extent.allocated()) {
                                        assertFalse(
                                                at < 5L * block && end > 3L * block,
                                                "what was written is called a hole");
                                        zeroes(raw, at, block);
                                    }
                                    at = end;
                                }
                            }
                        });
    }

    private static void zeroes(RawQueue raw, long offset, int lengthBytes) {
        IoVector vector = raw.vector(lengthBytes, 0);
        vector.segment(0).fill((byte) 1);
        assertTrue(raw.queue().readv(1, offset, vector));
        assertEquals(lengthBytes, raw.drained(), "a read of a hole");
        for (long i = 0; i < lengthBytes; i++) {
            byte found = vector.segment(0).get(ValueLayout.JAVA_BYTE, vector.offset(0) + i);
            assertEquals(0, found, "a byte of a hole");
        }
    }

    /** A completed write is what every later read sees, on any queue. */
    @ContractRule(13)
    @TestFactory
    default Stream<DynamicTest> writeIsVisibleToOtherQueues(TestInfo info) {
        return Litmus.of(this, info)
                .run(
                        (disk, seed) -> {
                            for (int i = 0; i < 12; i++) {
                                TrialQueue writer = disk.queue(i % 3);
                                TrialQueue reader = disk.queue((i + 1) % 3);
                                acknowledged(writer, writer.write(i, 5, i % 2 == 0, Shape.PLAIN));
                                acknowledged(reader, reader.read(0, 20, Shape.PLAIN));
                            }
                            disk.judge();
                        });
    }

    /** Reads and writes of the same blocks in flight together. */
    @ContractRule({4, 13})
    @TestFactory
    default Stream<DynamicTest> readsInFlightSeeTheOldOrTheNew(TestInfo info) {
        return Litmus.of(this, info)
                .run(
                        (disk, seed) -> {
                            for (int round = 0; round < 20; round++) {
                                disk.queue(0).write(0, 6, false, Shape.PLAIN);
                                disk.queue(1).read(0, 6, Shape.PLAIN);
                                disk.queue(0).zero(2, 1, false, true);
                                disk.queue(1).read(1, 3, Shape.CROOKED);
                                disk.queue(1).await();
                            }
                            disk.drain();
                            disk.queue(2).read(0, 6, Shape.PLAIN);
                            disk.judge();
                        });
    }

    /** Zeroes are zeroes, discarded blocks too where the backend says so. */
    @ContractRule(14)
    @TestFactory
    default Stream<DynamicTest> zeroedRangesReadAsZeroes(TestInfo info) {
        return Litmus.of(this, info)
                .run(
                        (disk, seed) -> {
                            TrialQueue queue = disk.queue(0);
                            Operation fresh = queue.read(0, disk.blocks(), Shape.PLAIN);
                            acknowledged(queue, fresh);
                            assertEquals(Stamps.ZERO, fresh.returned(0), "a fresh disk");
                            acknowledged(queue, queue.write(0, disk.blocks(), false, Shape.PLAIN));
                            acknowledged(queue, queue.zero(1, 3, false, false));
                            acknowledged(queue, queue.zero(6, 9, true, true));
                            acknowledged(queue, queue.discard(16, 8, false));
                            acknowledged(queue, queue.read(0, disk.blocks(), Shape.CROOKED));
                            disk.judge();
                        });
    }

    /** A vector that the caller changes after the completion changes nothing on the disk. */
    @ContractRule(7)
    @TestFactory
    default Stream<DynamicTest> memoryIsTheCallersAfterTheCompletion(TestInfo info) {
        return Litmus.of(this, info)
                .run(
                        (disk, seed) -> {
                            int block = disk.blockBytes();
                            assumeTrue(disk.blocks() > 2, "the disk is too small");
                            try (RawQueue raw = new RawQueue(disk.backend(), 2)) {
                                IoVector vector = raw.vector(block, 0);
                                MemorySegment memory = vector.segment(0);
                                Stamps.fill(memory, vector.offset(0), block, 0, 77);
                                assertTrue(raw.queue().writev(1, 0, vector, IoFlags.NONE));
                                raw.drain();
                                memory.fill((byte) 1);
                                assertTrue(raw.queue().flush(2));
                                raw.drain();
                                memory.fill((byte) 2);
                                vector.clear();
                                IoVector back = raw.vector(block, 0);
                                assertTrue(raw.queue().readv(3, 0, back));
                                raw.drain();
                                int stamp = Stamps.read(back.segment(0), back.offset(0), block, 0);
                                assertEquals(77, stamp, "what was written");
                            }
                        });
    }
}
