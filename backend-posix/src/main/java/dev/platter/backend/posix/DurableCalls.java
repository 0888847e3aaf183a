package dev.platter.backend.posix;

import dev.platter.api.memory.IoVector;
import dev.platter.backend.file.DurableWriteStrategy;
import dev.platter.backend.file.FlushLedger;
import dev.platter.backend.file.ImageFile;
import dev.platter.backend.file.IoCounters;
import dev.platter.linux.FileCalls;
import dev.platter.linux.RwFlags;

/**
 * The writes and flushes of one queue, each entered in the ledger. An error of a durable write or a
 * flush, whichever call answered it, is the ledger's failure for good. Owner thread only.
 */
final class DurableCalls {
    private final ImageFile image;
    private final FlushLedger ledger;
    private final VectorTransfers transfers;
    private final FileCalls calls;
    private final int fd;
    private final IoCounters counters;

    DurableCalls(
            ImageFile image,
            FlushLedger ledger,
            VectorTransfers transfers,
            FileCalls calls,
            int fd,
            IoCounters counters) {
        this.image = image;
        this.ledger = ledger;
        this.transfers = transfers;
        this.calls = calls;
        this.fd = fd;
        this.counters = counters;
    }

    /** A write that promises nothing; a whole length or a negative errno. */
    int write(IoVector source, long offset) {
        int answer = transfers.write(source, offset, 0);
        ledger.writeFinished();
        return answer;
    }

    /** A write that is durable when it has succeeded; a whole length or a negative errno. */
    int durableWrite(IoVector source, long offset) {
        int failure = ledger.failure();
        if (failure != 0) {
            return -failure;
        }
        if (image.durableWriteStrategy() == DurableWriteStrategy.RWF_DSYNC) {
            int answer = transfers.write(source, offset, RwFlags.RWF_DSYNC);
            if (answer >= 0) {
                // Nothing of it is volatile, and it has made nothing else durable: the ledger
                // neither owes a flush for it nor counts it as one. But another queue may have been
                // told meanwhile of an error that the host reports only once.
                failure = ledger.failure();
                return failure == 0 ? answer : -failure;
            }
            ledger.writeFinished();
            if (!image.giveUpRwfDsync(answer)) {
                ledger.fail(-answer);
                return answer;
            }
        }
        int answer = transfers.write(source, offset, 0);
        return makeDurable(ledger.writeFinished(), answer);
    }

    /**
     * Ends a durable request whose host call has been made.
     *
     * @param generation what the ledger counted it as
     * @param answer the host call's answer
     * @return the answer, or the synchronisation's error
     */
    int makeDurable(long generation, int answer) {
        if (answer < 0) {
            ledger.fail(-answer);
            return answer;
        }
        int synced = ledger.flush(generation, calls, fd, counters);
        return synced < 0 ? synced : answer;
    }

    /** A flush that must cover a generation; 0 or a negative errno. */
    int flush(long generation) {
        int answer = ledger.flush(generation, calls, fd, counters);
        if (answer == FlushLedger.ELIDED) {
            counters.countElidedFlush();
            return 0;
        }
        return answer;
    }
}
