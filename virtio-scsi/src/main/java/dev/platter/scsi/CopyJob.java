package dev.platter.scsi;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.Errno;
import dev.platter.api.memory.IoVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The copying of an EXTENDED COPY, segment after segment, through a buffer; on a thread of the
 * unit's that may block. Each piece holds its two ranges ({@link MediumGate}), so that a COMPARE
 * AND WRITE there is atomic against it, too. What it writes is as durable as a WRITE to the target
 * would be.
 */
final class CopyJob {
    private static final int BUFFER_BYTES = 1 << 18;
    private static final long PAUSE_NANOS = 50_000;

    /**
     * The unit was protected against being written, by SWP, a reservation, or by being read-only.
     */
    private static final int NOT_ALLOWED = -Errno.EROFS;

    private static final int GONE = -Errno.ENODEV;

    private final Nexus nexus;
    private final int listId;
    private final List<CopySegment> segments;
    private int done;
    private long copiedBytes;

    CopyJob(Nexus nexus, int listId, List<CopySegment> segments) {
        this.nexus = nexus;
        this.listId = listId;
        this.segments = segments;
    }

    /** How far it has come; the thread of {@link #run}, or after it. */
    CopyResult result(int status) {
        return new CopyResult(listId, status, done, copiedBytes);
    }

    /** Copies; 0, or a negative errno. */
    int run() {
        int result = 0;
        for (CopySegment segment : segments) {
            result = copy(segment);
            if (result < 0) {
                return result;
            }
            done++;
            if (nexus.copyResult() != null) {
                nexus.copyResult(result(CopyResult.IN_PROGRESS));
            }
        }
        return 0;
    }

    /** Holds both units meanwhile: one that is taken away waits for a copy that has begun. */
    private int copy(CopySegment segment) {
        if (!segment.source().holders().enter()) {
            return GONE;
        }
        try {
            if (!segment.target().holders().enter()) {
                return GONE;
            }
            try {
                return copyHeld(segment);
            } finally {
                segment.target().holders().exit(segment.target());
            }
        } finally {
            segment.source().holders().exit(segment.source());
        }
    }

    private int copyHeld(CopySegment segment) {
        if (!allowed(segment)) {
            return NOT_ALLOWED;
        }
        CachePolicy cache = segment.target().cache();
        int sample = cache.sample();
        int flags = cache.writeFlags(sample, false);
        try (BlockClient source = new BlockClient(segment.source().backend());
                BlockClient target = new BlockClient(segment.target().backend());
                Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(BUFFER_BYTES, 4096);
            IoVector vector = new IoVector(arena, 1);
            int step =
                    Math.min(
                            BUFFER_BYTES,
                            Math.min(
                                    segment.source().geometry().maxTransferBytes(),
                                    segment.target().geometry().maxTransferBytes()));
            for (long at = 0; at < segment.lengthBytes(); at += step) {
                vector.clear();
                vector.add(buffer, 0, Math.min(step, segment.lengthBytes() - at));
                int result = copyPiece(segment, at, source, target, vector, flags);
                if (result < 0) {
                    return result;
                }
                copiedBytes += result;
            }
            return cache.mustFlush(sample, flags) ? target.flush() : 0;
        } catch (BackendException e) {
            return e.errno() == 0 ? -Errno.EIO : -e.errno();
        }
    }

    private boolean allowed(CopySegment segment) {
        byte[] noCdb = new byte[Cdb.LENGTH_16];
        LogicalUnit source = segment.source();
        LogicalUnit target = segment.target();
        return !target.readOnly()
                && !target.control().writeProtected()
                && !target.sanitize().isRunning()
                && !source.sanitize().isRunning()
                && !target.reservations().forbid(nexus, OpCode.WRITE_16, noCdb)
                && !source.reservations().forbid(nexus, OpCode.READ_16, noCdb);
    }

    private static int copyPiece(
            CopySegment segment,
            long at,
            BlockClient source,
            BlockClient target,
            IoVector vector,
            int flags) {
        long bytes = vector.lengthBytes();
        long sourceOffset = segment.sourceOffset() + at;
        long targetOffset = segment.targetOffset() + at;
        int sourceSanitized = segment.source().sanitize().begun();
        int targetSanitized = segment.target().sanitize().begun();
        if (segment.source().sanitize().isRunning() || segment.target().sanitize().isRunning()) {
            return NOT_ALLOWED;
        }
        // One after the other: who holds one range while it waits for another can wait for ever.
        MediumHold reading = hold(segment.source(), sourceOffset, bytes);
        int result;
        try {
            result = source.read(sourceOffset, vector);
        } finally {
            segment.source().gate().leave(reading);
        }
        if (result < 0) {
            return result;
        }
        MediumHold writing = hold(segment.target(), targetOffset, bytes);
        try {
            // What was on a unit before it was sanitized must not come back.
            return segment.source().sanitize().begun() == sourceSanitized
                            && segment.target().sanitize().begun() == targetSanitized
                    ? target.write(targetOffset, vector, flags)
                    : NOT_ALLOWED;
        } finally {
            segment.target().gate().leave(writing);
        }
    }

    /** Goes ahead of who has not begun: it may be waiting for this very command. */
    private static MediumHold hold(LogicalUnit unit, long offset, long bytes) {
        MediumHold hold = new MediumHold();
        hold.set(offset, offset + bytes, MediumHold.HEAD_OF_QUEUE);
        unit.gate().join(hold);
        while (!unit.gate().tryBegin(hold)) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return hold;
    }
}
