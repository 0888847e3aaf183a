package dev.platter.conformance.litmus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.Errno;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import dev.platter.conformance.trial.RawQueue;
import dev.platter.conformance.trial.TrialDisk;

/** What a backend that can grow must keep to. */
final class Growth {
    private static final int MORE_BLOCKS = 8;

    private Growth() {}

    static void check(TrialDisk disk, long seed) throws BackendException {
        BlockBackend backend = disk.backend();
        int blockBytes = disk.blockBytes();
        long before = backend.sizeBytes();
        long after = before + (long) MORE_BLOCKS * blockBytes;
        try (RawQueue raw = new RawQueue(backend, 2)) {
            IoVector vector = raw.vector(blockBytes, 0);
            assertTrue(raw.queue().readv(1, before, vector));
            assertEquals(-Errno.EINVAL, raw.drained(), "behind the end");
            try {
                backend.resize(after);
            } catch (BackendException refusal) {
                assertEquals(before, backend.sizeBytes(), "after a refusal");
                abort("the backend does not grow: " + refusal.getMessage());
            }
            assertEquals(after, backend.sizeBytes());
            assertTrue(raw.queue().readv(1, after - blockBytes, vector));
            assertEquals(blockBytes, raw.drained(), "what was added is read");
            assertTrue(raw.queue().writev(1, after - blockBytes, vector, IoFlags.FUA));
            assertEquals(blockBytes, raw.drained(), "what was added is written");
            assertTrue(raw.queue().readv(1, after, vector));
            assertEquals(-Errno.EINVAL, raw.drained(), "behind the new end");
        }
        assertThrows(BackendException.class, () -> backend.resize(before));
        assertThrows(BackendException.class, () -> backend.resize(after + 1));
        assertEquals(after, backend.sizeBytes(), "after refusals");
        backend.resize(after + blockBytes);
        disk.powerCycle(seed);
        assertEquals(after + blockBytes, disk.backend().sizeBytes(), "after a power cut");
    }
}
