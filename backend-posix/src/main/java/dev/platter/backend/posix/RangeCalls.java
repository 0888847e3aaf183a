package dev.platter.backend.posix;

import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import dev.platter.backend.file.BounceBuffer;
import dev.platter.backend.file.FlushLedger;
import dev.platter.backend.file.ImageFile;
import dev.platter.backend.file.ImageSpace;
import dev.platter.backend.file.IoCounters;
import dev.platter.linux.Errnos;
import dev.platter.linux.FileCalls;
import java.lang.foreign.Arena;

/**
 * The writes of zeroes and the discards of one queue, each entered in the ledger. Answers are 0 or
 * a negative errno. Owner thread only.
 */
final class RangeCalls {
    /** The slab of zeroes; one write names it {@link #ZERO_PIECES} times. */
    private static final int ZERO_BYTES = 1 << 16;

    private static final int ZERO_PIECES = 64;

    private final ImageFile image;
    private final FlushLedger ledger;
    private final VectorTransfers transfers;
    private final DurableCalls durable;
    private final IoCounters counters;
    private final ImageSpace space;
    private final BounceBuffer zeroes;
    private final IoVector zeroVector;

    RangeCalls(
            ImageFile image,
            FlushLedger ledger,
            VectorTransfers transfers,
            DurableCalls durable,
            FileCalls calls,
            int fd,
            IoCounters counters,
            Arena arena) {
        this.image = image;
        this.ledger = ledger;
        this.transfers = transfers;
        this.durable = durable;
        this.counters = counters;
        space = new ImageSpace(calls, fd, image.blockDevice(), arena);
        zeroes = new BounceBuffer(ZERO_BYTES, image.memoryAlignmentBytes(), arena);
        zeroVector = new IoVector(arena, ZERO_PIECES);
    }

    void close() {
        zeroes.close();
    }

    int writeZeroes(long offset, long length, int flags) {
        boolean fua = (flags & IoFlags.FUA) != 0;
        int failure = ledger.failure();
        if (fua && failure != 0) {
            return -failure;
        }
        boolean mayUnmap = (flags & IoFlags.MAY_UNMAP) != 0 && image.discards();
        return ended(zero(offset, length, mayUnmap), fua);
    }

    int discard(long offset, long length, boolean fua) {
        int failure = ledger.failure();
        if (fua && failure != 0) {
            return -failure;
        }
        if (!image.discards() || length == 0) {
            return 0;
        }
        counters.countDiscard();
        int answer = space.discard(offset, length);
        if (answer == -Errnos.EOPNOTSUPP) {
            // A discard may do nothing, unless it was announced that zeroes would be read.
            answer = image.limits().discardReadsZero() ? zero(offset, length, false) : 0;
        }
        return ended(answer, fua);
    }

    private int ended(int answer, boolean fua) {
        long generation = ledger.writeFinished();
        return fua ? durable.makeDurable(generation, answer) : answer;
    }

    private int zero(long offset, long length, boolean mayUnmap) {
        if (length == 0) {
            return 0;
        }
        counters.countZeroes();
        int answer = space.zero(offset, length, mayUnmap);
        return answer == -Errnos.EOPNOTSUPP ? writeZeroBytes(offset, length) : answer;
    }

    private int writeZeroBytes(long offset, long length) {
        for (long done = 0; done < length; ) {
            zeroVector.clear();
            long left = length - done;
            while (left > 0 && zeroVector.count() < ZERO_PIECES) {
                long piece = Math.min(left, ZERO_BYTES);
                zeroVector.add(zeroes.slab(), 0, piece);
                left -= piece;
            }
            int answer = transfers.write(zeroVector, offset + done, 0);
            if (answer < 0) {
                return answer;
            }
            done += answer;
        }
        return 0;
    }
}
