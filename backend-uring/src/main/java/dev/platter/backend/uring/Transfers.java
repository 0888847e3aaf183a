package dev.platter.backend.uring;

import dev.platter.api.memory.IoVector;
import dev.platter.backend.file.BounceBuffer;
import dev.platter.backend.file.DurableWriteStrategy;
import dev.platter.backend.file.FlushLedger;
import dev.platter.backend.file.ImageFile;
import dev.platter.backend.file.IoCounters;
import dev.platter.backend.uring.Request.Operation;
import dev.platter.backend.uring.Request.Way;
import dev.platter.linux.Errnos;
import dev.platter.linux.FileCalls;
import dev.platter.linux.IoUringOp;
import dev.platter.linux.IoUringSqe;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reads and writes of one queue: whole transfers, made of as many operations as it takes, and
 * durable as asked. Owner thread only.
 */
final class Transfers {
    private static final Logger LOG = LoggerFactory.getLogger(Transfers.class);

    /** {@code IOV_MAX}: how many pieces one operation takes. */
    private static final int MAX_PIECES = 1024;

    private final ImageFile image;
    private final FlushLedger ledger;
    private final Lane lane;
    private final @Nullable PolledRing polled;
    private final QueueFiles files;
    private final Bounces bounces;
    private final Endings endings;
    private final Syncs syncs;
    private final IoCounters counters;
    private final RequestList deferred;
    private final FileCalls calls;
    private final int partialBlockMask;
    private int durableInFlight;

    /** Whether the device was found not to be polled after all. */
    private boolean pollingRefused;

    private @Nullable IoVector rest;

    Transfers(
            ImageFile image,
            FlushLedger ledger,
            Lane lane,
            @Nullable PolledRing polled,
            QueueFiles files,
            Bounces bounces,
            Endings endings,
            Syncs syncs,
            IoCounters counters,
            RequestList deferred,
            FileCalls calls) {
        this.calls = calls;
        this.image = image;
        this.ledger = ledger;
        this.lane = lane;
        this.polled = polled;
        this.files = files;
        this.bounces = bounces;
        this.endings = endings;
        this.syncs = syncs;
        this.counters = counters;
        this.deferred = deferred;
        partialBlockMask = image.direct() ? image.limits().requestAlignmentBytes() - 1 : 0;
    }

    /**
     * Prepares a transfer that was found to lie inside the disk.
     *
     * @return whether it is to be started; else it has ended already
     */
    boolean begin(Request request) {
        if (request.operation == Operation.WRITE && request.forced()) {
            int failure = ledger.failure();
            if (failure != 0) {
                endings.end(request, -failure);
                return false;
            }
            request.way = way(request);
            durableInFlight++;
        }
        if (request.length == 0) {
            end(request, 0);
            return false;
        }
        boolean scattered = request.atomic() && request.memory().count() > 1;
        if (scattered || !request.memory().isAligned(image.memoryAlignmentBytes())) {
            request.bounced = true;
            counters.countBounced();
        }
        return true;
    }

    /**
     * Carries a write out by system calls of the owner; what they leave undone goes on by the ring.
     */
    void carryOut(Request request) {
        request.syncResult = -Errnos.ECANCELED;
        long answer = call(request);
        while (answer > 0 && isCutInside(request, answer & ~partialBlockMask)) {
            request.done += answer & ~partialBlockMask;
            answer = call(request);
        }
        if (request.way == Way.LINKED && request.done + answer == request.length) {
            request.syncResult = calls.fdatasync(files.mainFd());
        }
        request.callResult = (int) answer;
        answered(request);
    }

    /** Whether a write was cut short by the host where several pieces are to come. */
    private static boolean isCutInside(Request request, long progress) {
        return progress > 0
                && progress < request.length - request.done
                && request.memory().count() > 1;
    }

    /** Writes what is left of a request. */
    private long call(Request request) {
        IoVector part = request.memory();
        if (request.done != 0 || part.count() > MAX_PIECES) {
            part = rest(request);
        }
        int callFlags = request.writeFlags();
        long answer;
        do {
            count(request);
            long offset = request.offset + request.done;
            answer =
                    calls.pwritev2(files.mainFd(), part.entries(), part.count(), offset, callFlags);
        } while (answer == -Errnos.EINTR);
        return answer;
    }

    private IoVector rest(Request request) {
        IoVector slice = rest;
        if (slice == null) {
            slice = new IoVector(Arena.ofAuto(), MAX_PIECES);
            rest = slice;
        }
        slice.setSlice(request.memory(), request.done, request.length - request.done);
        return slice;
    }

    /**
     * How to make a write durable. A linked synchronisation serves one write and saves a turn
     * through the owner; where more writes are on their way they do better to share one.
     */
    private Way way(Request request) {
        boolean dsync = image.durableWriteStrategy() == DurableWriteStrategy.RWF_DSYNC;
        if (!dsync && (durableInFlight > 0 || !lane.keepsLinks())) {
            return Way.FLUSHED;
        }
        request.syncFile = files.acquire();
        if (request.syncFile == QueueFiles.NONE) {
            return Way.FLUSHED;
        }
        return dsync ? Way.DSYNC : Way.LINKED;
    }

    /** Submits the next operation of a transfer, or defers it where the means are lacking. */
    void start(Request request) {
        if (request.unwanted) {
            giveUp(request);
            return;
        }
        if (request.bounced && request.slab == null) {
            request.slab = bounces.acquire();
        }
        if ((request.bounced && request.slab == null) || !hasRoom(request)) {
            deferred.add(request);
            return;
        }
        BounceBuffer slab = request.slab;
        if (slab == null && isCutInPieces(request)) {
            carryOut(request);
        } else if (slab == null) {
            submitInPlace(request);
        } else {
            long chunkBytes = Math.min(request.length - request.done, slab.sizeBytes());
            if (request.operation == Operation.WRITE) {
                slab.fill(request.memory(), request.done, chunkBytes);
            }
            submitPiece(request, slab.slab().address(), chunkBytes);
        }
    }

    private boolean hasRoom(Request request) {
        return lane.room(2) && (polled == null || !isPolled(request) || polled.room(1));
    }

    /** Whether a request goes by the ring whose completions are polled for. */
    private boolean isPolled(Request request) {
        return polled != null && !pollingRefused && request.way == Way.VOLATILE;
    }

    /**
     * Whether a write through the page cache goes on behind a part of it. The ring's next operation
     * would end where a piece of memory ends, which may be inside a block, and a power cut behind
     * it would tear the block; so the owner writes the rest with one call.
     */
    private boolean isCutInPieces(Request request) {
        return request.operation == Operation.WRITE
                && request.done > 0
                && request.memory().count() > 1
                && !image.direct();
    }

    private void submitInPlace(Request request) {
        IoVector memory = request.memory();
        int piece = 0;
        long skip = request.done;
        while (skip >= memory.pieceBytes(piece)) {
            skip -= memory.pieceBytes(piece);
            piece++;
        }
        int pieces = memory.count() - piece;
        if (pieces == 1 || skip != 0) {
            long address = memory.segment(piece).address() + memory.offset(piece) + skip;
            submitPiece(request, address, memory.pieceBytes(piece) - skip);
        } else {
            submitPieces(request, memory, piece, Math.min(pieces, MAX_PIECES));
        }
    }

    private void submitPiece(Request request, long address, long lengthBytes) {
        boolean read = request.operation == Operation.READ;
        Lane way = laneOf(request);
        int buffer = way.buffers().find(address, lengthBytes);
        if (buffer == GuestBuffers.NONE) {
            claim(request, way, read ? IoUringOp.READ : IoUringOp.WRITE, lengthBytes)
                    .address(address)
                    .length((int) lengthBytes);
        } else {
            claim(request, way, read ? IoUringOp.READ_FIXED : IoUringOp.WRITE_FIXED, lengthBytes)
                    .address(address)
                    .length((int) lengthBytes)
                    .buffer(buffer);
        }
        link(request);
    }

    private void submitPieces(Request request, IoVector memory, int first, int count) {
        boolean read = request.operation == Operation.READ;
        long lengthBytes = 0;
        for (int piece = first; piece < first + count; piece++) {
            lengthBytes += memory.pieceBytes(piece);
        }
        long entriesOffset = (long) first * IoVector.ENTRY_BYTES;
        claim(request, laneOf(request), read ? IoUringOp.READV : IoUringOp.WRITEV, lengthBytes)
                .address(memory.entries().address() + entriesOffset)
                .length(count);
        link(request);
    }

    private Lane laneOf(Request request) {
        return polled != null && isPolled(request) ? polled : lane;
    }

    private Sqe claim(Request request, Lane way, int opcode, long lengthBytes) {
        int file = request.syncFile == QueueFiles.NONE ? files.main() : request.syncFile;
        request.polled = way == polled;
        if (polled != null && request.polled) {
            polled.began();
            file = PolledRing.FILE;
        }
        Sqe sqe = way.start(opcode, file, request.slot, UserData.CALL);
        sqe.offset(request.offset + request.done);
        if (request.async && !request.polled) {
            sqe.flag(IoUringSqe.ASYNC);
        }
        request.partBytes = (int) lengthBytes;
        request.owed = 1;
        count(request);
        if (request.operation == Operation.WRITE) {
            sqe.operationFlags(request.writeFlags());
        }
        return sqe;
    }

    private void count(Request request) {
        if (request.operation == Operation.READ) {
            counters.countRead();
        } else if (request.way == Way.DSYNC) {
            counters.countDurableWrite();
        } else {
            counters.countWrite();
        }
    }

    /** Links the synchronisation to the last operation of a write that wants it so. */
    private void link(Request request) {
        request.syncResult = -Errnos.ECANCELED;
        if (request.way != Way.LINKED || request.done + request.partBytes != request.length) {
            return;
        }
        lane.ring().submissions().last().flag(IoUringSqe.IO_LINK);
        request.owed = 2;
        lane.start(IoUringOp.FSYNC, request.syncFile, request.slot, UserData.LINKED_SYNC)
                .operationFlags(IoUringSqe.FSYNC_DATASYNC);
    }

    /** Ends a request whose result is not wanted; what it has written so far is volatile. */
    void giveUp(Request request) {
        if (request.operation == Operation.WRITE) {
            ledger.writeFinished();
        }
        end(request, -Errnos.ECANCELED);
    }

    /** The host has answered an operation, and the synchronisation linked to it. */
    void answered(Request request) {
        int answer = request.callResult;
        if (polled != null && request.polled) {
            request.polled = false;
            polled.ended();
            if (answer == -Errnos.EOPNOTSUPP && !pollingRefused) {
                pollingRefused = true;
                LOG.warn("{}: polling is refused; completions interrupt from now on", image.path());
            }
            if (answer == -Errnos.EOPNOTSUPP) {
                start(request);
                return;
            }
        }
        if (request.givenUp(answer)) {
            giveUp(request);
        } else if (Retry.wanted(request, answer)) {
            start(request);
        } else if (request.operation == Operation.READ) {
            readAnswered(request, answer);
        } else if (answer < 0) {
            writeFailed(request, answer);
        } else {
            writeAnswered(request, answer & ~partialBlockMask);
        }
    }

    private void readAnswered(Request request, int answer) {
        if (answer < 0) {
            end(request, answer);
            return;
        }
        BounceBuffer slab = request.slab;
        if (slab != null) {
            slab.drain(request.memory(), request.done, answer);
        }
        request.done += answer;
        // O_DIRECT answers a part of a block at the end of the file only.
        if (answer == 0 || (answer & partialBlockMask) != 0) {
            zeroFrom(request.memory(), request.done);
            request.done = request.length;
        }
        if (request.done < request.length) {
            start(request);
        } else {
            end(request, (int) request.length);
        }
    }

    private void writeAnswered(Request request, int progress) {
        if (request.atomic() && progress != request.length) {
            // The host has broken its word.
            writeFailed(request, -Errnos.EIO);
            return;
        }
        if (progress == 0) {
            // A host that takes nothing and names no reason has no room.
            writeFailed(request, -Errnos.ENOSPC);
            return;
        }
        request.done += progress;
        if (request.done < request.length) {
            start(request);
        } else {
            written(request);
        }
    }

    private void written(Request request) {
        switch (request.way) {
            case VOLATILE -> {
                ledger.writeFinished();
                end(request, (int) request.length);
            }
            // Nothing of it is volatile, and it has made nothing else durable: the ledger neither
            // owes a flush for it nor counts it as one.
            case DSYNC -> endDurable(request);
            case LINKED -> linkAnswered(request, request.syncResult);
            case FLUSHED -> {
                durableInFlight--;
                syncs.require(request, ledger.writeFinished());
            }
        }
    }

    private void linkAnswered(Request request, int answer) {
        if (answer != -Errnos.ECANCELED) {
            counters.countSync();
        }
        if (answer >= 0) {
            endDurable(request);
        } else if (answer == -Errnos.ECANCELED || answer == -Errnos.EINTR) {
            // The write was whole in the end, but its link was broken on the way.
            durableInFlight--;
            syncs.require(request, ledger.writeFinished());
        } else {
            writeFailed(request, answer);
        }
    }

    private void writeFailed(Request request, int answer) {
        ledger.writeFinished();
        if (request.way == Way.DSYNC && image.giveUpRwfDsync(answer)) {
            request.way = Way.FLUSHED;
            start(request);
            return;
        }
        if (request.way != Way.VOLATILE) {
            ledger.fail(-answer);
        }
        end(request, answer);
    }

    /** Another queue may have been told meanwhile of an error that the host reports only once. */
    private void endDurable(Request request) {
        int failure = ledger.failure();
        end(request, failure == 0 ? (int) request.length : -failure);
    }

    private void end(Request request, int result) {
        if (request.way != Way.VOLATILE) {
            durableInFlight--;
        }
        endings.end(request, result);
    }

    private static void zeroFrom(IoVector target, long doneBytes) {
        long skip = doneBytes;
        for (int i = 0; i < target.count(); i++) {
            long end = target.offset(i) + target.pieceBytes(i);
            for (long at = target.offset(i) + skip; at < end; at++) {
                target.segment(i).set(ValueLayout.JAVA_BYTE, at, (byte) 0);
            }
            skip = Math.max(0, skip - target.pieceBytes(i));
        }
    }
}
