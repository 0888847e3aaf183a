package dev.platter.backend.uring;

import dev.platter.backend.file.FlushLedger;
import dev.platter.backend.file.IoCounters;
import dev.platter.linux.Errnos;
import dev.platter.linux.FileCalls;
import dev.platter.linux.IoUringOp;
import dev.platter.linux.IoUringSqe;
import org.jspecify.annotations.Nullable;

/**
 * The synchronisations of one queue that go by the ledger: flushes, and the ends of durable
 * requests. One runs at a time among all queues of the image; who finds it running waits in a list
 * until it has ended, here or on another queue. Owner thread only.
 */
final class Syncs {
    private final Lane lane;
    private final QueueFiles files;
    private final FlushLedger ledger;
    private final FlushWaker waker;
    private final Endings endings;
    private final IoCounters counters;
    private final RequestList deferred;
    private final RequestList waiting = new RequestList();

    /** By what the synchronisation that is asked for is made, if not by the ring. */
    private @Nullable FileCalls inline;

    /** The request for which the ledger has admitted a synchronisation by this queue. */
    private @Nullable Request admitted;

    Syncs(
            Lane lane,
            QueueFiles files,
            FlushLedger ledger,
            FlushWaker waker,
            Endings endings,
            IoCounters counters,
            RequestList deferred) {
        this.lane = lane;
        this.files = files;
        this.ledger = ledger;
        this.waker = waker;
        this.endings = endings;
        this.counters = counters;
        this.deferred = deferred;
    }

    /** Ends a request once a generation is durable. */
    void require(Request request, long generation) {
        note(request, generation);
        start(request);
    }

    /** Makes a synchronisation all that is left of a request, to be started by the caller. */
    void note(Request request, long generation) {
        request.syncing = true;
        request.generation = generation;
    }

    /**
     * Carries a synchronisation out by a system call of the owner, if one is needed and may run.
     */
    void carryOut(Request request, FileCalls calls) {
        inline = calls;
        try {
            start(request);
        } finally {
            inline = null;
        }
    }

    /** Goes on with a request of which only the synchronisation is left. */
    void start(Request request) {
        if (request.unwanted && request != admitted) {
            endings.end(request, -Errnos.ECANCELED);
        } else if (!lane.room(1)) {
            deferred.add(request);
        } else if (request == admitted) {
            submit(request);
        } else {
            ask(request);
        }
    }

    private void ask(Request request) {
        // Who waits for a synchronisation of this very queue is asked again when that has ended.
        int admission =
                admitted == null
                        ? ledger.tryStart(request.generation, waker)
                        : ledger.tryStart(request.generation);
        if (admission == FlushLedger.BUSY) {
            waiting.add(request);
        } else if (admission == FlushLedger.SYNCED) {
            admitted = request;
            submit(request);
        } else if (admission == FlushLedger.ELIDED) {
            if (request.operation == Request.Operation.FLUSH) {
                counters.countElidedFlush();
            }
            endings.end(request, request.success());
        } else {
            endings.end(request, admission);
        }
    }

    private void submit(Request request) {
        counters.countSync();
        FileCalls calls = inline;
        if (calls != null) {
            inline = null;
            answered(request, calls.fdatasync(files.mainFd()));
            return;
        }
        lane.start(IoUringOp.FSYNC, files.main(), request.slot, UserData.SYNC)
                .operationFlags(IoUringSqe.FSYNC_DATASYNC);
    }

    /** The host has answered a synchronisation of this queue. */
    void answered(Request request, int answer) {
        if (answer == -Errnos.EINTR) {
            start(request);
            return;
        }
        admitted = null;
        int outcome = ledger.finished(answer);
        endings.end(request, outcome < 0 ? outcome : request.success());
        askAgain();
    }

    /** Lets all who wait ask once more: a synchronisation has ended. */
    void askAgain() {
        for (int left = waiting.count(); left > 0; left--) {
            Request request = waiting.poll();
            if (request != null) {
                start(request);
            }
        }
    }
}
