package dev.platter.backend.posix;

import dev.platter.api.memory.IoVector;
import dev.platter.backend.file.BounceBuffer;
import dev.platter.backend.file.ImageFile;
import dev.platter.backend.file.ImageSpace;
import dev.platter.backend.file.IoCounters;
import dev.platter.backend.file.SpaceSupport;
import dev.platter.linux.Errnos;
import dev.platter.linux.FileCalls;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * Writes of zeroes and discards, none of them durable. Answers are 0 or a negative errno. One
 * thread at a time.
 */
final class RangeCalls {
    /** The slab of zeroes; one write names it {@link #ZERO_PIECES} times. */
    private static final int ZERO_BYTES = 1 << 16;

    private static final int ZERO_PIECES = 64;

    private final ImageFile image;
    private final VectorTransfers transfers;
    private final IoCounters counters;
    private final ImageSpace space;
    private final Arena arena;
    private final IoVector zeroVector;

    /** Allocated by the first request that needs it. */
    private @Nullable BounceBuffer zeroes;

    RangeCalls(
            ImageFile image,
            VectorTransfers transfers,
            FileCalls calls,
            int fd,
            SpaceSupport support,
            IoCounters counters,
            Arena arena) {
        this.image = image;
        this.transfers = transfers;
        this.counters = counters;
        this.arena = arena;
        space = new ImageSpace(calls, fd, image.blockDevice(), support, arena);
        zeroVector = new IoVector(arena, ZERO_PIECES);
    }

    void close() {
        if (zeroes != null) {
            zeroes.close();
        }
    }

    int discard(long offset, long length) {
        if (!image.discards() || length == 0) {
            return 0;
        }
        counters.countDiscard();
        int answer = space.discard(offset, length);
        if (answer == -Errnos.EOPNOTSUPP) {
            // A discard may do nothing, unless it was announced that zeroes would be read.
            answer = image.limits().discardReadsZero() ? zero(offset, length, false) : 0;
        }
        return answer;
    }

    int zero(long offset, long length, boolean mayUnmap) {
        if (length == 0) {
            return 0;
        }
        counters.countZeroes();
        int answer = space.zero(offset, length, mayUnmap);
        return answer == -Errnos.EOPNOTSUPP ? writeZeroBytes(offset, length) : answer;
    }

    private int writeZeroBytes(long offset, long length) {
        BounceBuffer slab = zeroes;
        if (slab == null) {
            slab = new BounceBuffer(ZERO_BYTES, image.memoryAlignmentBytes(), arena);
            zeroes = slab;
        }
        for (long done = 0; done < length; ) {
            zeroVector.clear();
            long left = length - done;
            while (left > 0 && zeroVector.count() < ZERO_PIECES) {
                long piece = Math.min(left, ZERO_BYTES);
                zeroVector.add(slab.slab(), 0, piece);
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
