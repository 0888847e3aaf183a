package dev.platter.backend.uring;

import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import dev.platter.backend.file.BounceBuffer;
import dev.platter.backend.file.FlushLedger;
import dev.platter.backend.file.ImageFile;
import dev.platter.backend.file.ImageSpace;
import dev.platter.backend.file.IoCounters;
import dev.platter.backend.uring.Request.Operation;
import dev.platter.linux.Errnos;
import dev.platter.linux.IoUringOp;
import java.lang.foreign.Arena;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;

/**
 * The writes of zeroes and the discards of one queue: the cheapest call that keeps the promise
 * first, and what the host refused once is not tried again. Owner thread only.
 *
 * <p>On a block device {@code fallocate} means what the device's own calls mean: to punch is to
 * zero by the device or not at all, to zero a range is to zero it by any means. A discard without a
 * promise of zeroes has no such call, and is made as a blocking one.
 */
final class Ranges implements AutoCloseable {
    /** The slab of zeroes; one write names it {@link #ZERO_PIECES} times. */
    private static final int ZERO_BYTES = 1 << 16;

    private static final int ZERO_PIECES = 64;

    private final ImageFile image;
    private final FlushLedger ledger;
    private final Lane lane;
    private final QueueFiles files;
    private final Endings endings;
    private final Syncs syncs;
    private final IoCounters counters;
    private final RequestList deferred;
    private final ImageSpace space;
    private final Arena arena;
    private final EnumSet<RangeStep> refused = EnumSet.noneOf(RangeStep.class);
    private @Nullable BounceBuffer zeroes;
    private @Nullable IoVector zeroVector;

    Ranges(
            ImageFile image,
            FlushLedger ledger,
            Lane lane,
            QueueFiles files,
            Endings endings,
            Syncs syncs,
            IoCounters counters,
            RequestList deferred,
            ImageSpace space,
            Arena arena) {
        this.image = image;
        this.ledger = ledger;
        this.lane = lane;
        this.files = files;
        this.endings = endings;
        this.syncs = syncs;
        this.counters = counters;
        this.deferred = deferred;
        this.space = space;
        this.arena = arena;
        // Only a file has space to allocate.
        if (image.blockDevice()) {
            refused.add(RangeStep.PUNCH_TO_ALLOCATE);
        }
    }

    /** Starts a request on a range that was found to lie inside the disk. */
    void begin(Request request) {
        int failure = ledger.failure();
        if (request.forced() && failure != 0) {
            endings.end(request, -failure);
        } else if (request.operation == Operation.DISCARD) {
            beginDiscard(request);
        } else if (request.length == 0) {
            finish(request);
        } else {
            counters.countZeroes();
            boolean mayUnmap = (request.flags & IoFlags.MAY_UNMAP) != 0 && image.discards();
            go(request, mayUnmap ? RangeStep.PUNCH : RangeStep.ZERO_RANGE);
        }
    }

    private void beginDiscard(Request request) {
        if (!image.discards() || request.length == 0) {
            endings.end(request, 0);
            return;
        }
        counters.countDiscard();
        if (image.blockDevice()) {
            int answer = space.discard(request.offset, request.length);
            ended(request, answer == -Errnos.EOPNOTSUPP ? 0 : answer);
        } else {
            go(request, RangeStep.PUNCH);
        }
    }

    /** Takes a step, or the first behind it that the host has not refused. */
    private void go(Request request, RangeStep step) {
        RangeStep next = step;
        while (refused.contains(next)) {
            next = after(request, next);
        }
        request.step = next;
        if (next == RangeStep.NOTHING) {
            // A discard may do nothing.
            ended(request, 0);
        } else {
            start(request);
        }
    }

    private RangeStep after(Request request, RangeStep step) {
        return switch (step) {
            case PUNCH -> {
                boolean zeroes = request.operation == Operation.ZEROES;
                if (!zeroes && !image.limits().discardReadsZero()) {
                    yield RangeStep.NOTHING;
                }
                yield RangeStep.ZERO_RANGE;
            }
            case ZERO_RANGE -> RangeStep.PUNCH_TO_ALLOCATE;
            case PUNCH_TO_ALLOCATE, ALLOCATE, WRITE, NOTHING -> RangeStep.WRITE;
        };
    }

    /** Submits the call of the request's step, or defers it where the ring is full. */
    void start(Request request) {
        if (request.unwanted) {
            giveUp(request);
            return;
        }
        if (!lane.room(1)) {
            deferred.add(request);
            return;
        }
        request.owed = 1;
        if (request.step == RangeStep.WRITE) {
            writeZeroes(request);
        } else {
            lane.start(IoUringOp.FALLOCATE, files.main(), request.slot, UserData.CALL)
                    .offset(request.offset)
                    .address(request.length)
                    .length(request.step.mode);
        }
    }

    private void writeZeroes(Request request) {
        counters.countWrite();
        long leftBytes = request.length - request.done;
        int pieces = (int) Math.min(leftBytes / ZERO_BYTES, ZERO_PIECES);
        IoVector vector = zeroVector();
        int opcode = pieces > 0 ? IoUringOp.WRITEV : IoUringOp.WRITE;
        Sqe sqe = lane.start(opcode, files.main(), request.slot, UserData.CALL);
        sqe.offset(request.offset + request.done);
        if (pieces > 0) {
            sqe.address(vector.entries().address()).length(pieces);
        } else {
            sqe.address(vector.segment(0).address()).length((int) leftBytes);
        }
    }

    /** A vector of zeroes, shared by all requests: nobody writes to its memory. */
    private IoVector zeroVector() {
        IoVector vector = zeroVector;
        if (vector == null) {
            BounceBuffer slab = new BounceBuffer(ZERO_BYTES, image.memoryAlignmentBytes(), arena);
            vector = new IoVector(arena, ZERO_PIECES);
            for (int i = 0; i < ZERO_PIECES; i++) {
                vector.add(slab.slab(), 0, ZERO_BYTES);
            }
            zeroes = slab;
            zeroVector = vector;
        }
        return vector;
    }

    /** The host has answered the call of the request's step. */
    void answered(Request request) {
        int answer = unified(request.callResult);
        if (request.givenUp(answer)) {
            giveUp(request);
        } else if (Retry.wanted(request, answer)) {
            start(request);
        } else if (answer == -Errnos.EOPNOTSUPP && request.step != RangeStep.WRITE) {
            refuse(request.step);
            go(request, after(request, request.step));
        } else if (answer < 0) {
            ended(request, answer);
        } else {
            advanced(request, answer);
        }
    }

    private void refuse(RangeStep step) {
        refused.add(step);
        if (step == RangeStep.PUNCH || step == RangeStep.ALLOCATE) {
            // The same call; and what is not to be allocated need not be punched for it.
            refused.add(RangeStep.PUNCH_TO_ALLOCATE);
        }
    }

    private void advanced(Request request, int answer) {
        if (request.step == RangeStep.PUNCH_TO_ALLOCATE) {
            go(request, RangeStep.ALLOCATE);
        } else if (request.step != RangeStep.WRITE) {
            ended(request, 0);
        } else if (answer == 0) {
            ended(request, -Errnos.ENOSPC);
        } else {
            request.done += answer;
            if (request.done < request.length) {
                start(request);
            } else {
                ended(request, 0);
            }
        }
    }

    private void giveUp(Request request) {
        ledger.writeFinished();
        endings.end(request, -Errnos.ECANCELED);
    }

    private void ended(Request request, int answer) {
        if (answer >= 0) {
            finish(request);
            return;
        }
        ledger.writeFinished();
        if (request.forced()) {
            ledger.fail(-answer);
        }
        endings.end(request, answer);
    }

    private void finish(Request request) {
        long generation = ledger.writeFinished();
        if (request.forced()) {
            syncs.require(request, generation);
        } else {
            endings.end(request, 0);
        }
    }

    /** The three numbers by which hosts say that they do not know an operation, as one. */
    private static int unified(int answer) {
        return answer == -Errnos.ENOSYS || answer == -Errnos.ENOTTY ? -Errnos.EOPNOTSUPP : answer;
    }

    @Override
    public void close() {
        if (zeroes != null) {
            zeroes.close();
        }
    }
}
