package dev.platter.backend.posix;

import dev.platter.api.block.Errno;
import dev.platter.api.block.IoFlags;
import dev.platter.backend.file.DurableWriteStrategy;
import dev.platter.backend.file.FlushLedger;
import dev.platter.backend.file.ImageFile;
import dev.platter.backend.file.IoCounters;
import dev.platter.linux.FileCalls;
import dev.platter.linux.RwFlags;
import java.lang.foreign.Arena;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries requests out by blocking calls on an open file description of its own, and enters writes
 * and flushes in the ledger. An error of a durable write or a flush, whichever call answered it, is
 * the ledger's failure for good. One thread uses it.
 *
 * <p>A description of its own, because Linux reports a failed write-back once to each. On a shared
 * one, the call of another thread could be told of the error that lost this thread's data, and this
 * thread be told of success before the other has entered the error in the ledger. Synchronisations
 * all go by the image's first description, one at a time, as the ledger has it: that one is told of
 * every error since the image was opened, while one opened since is not told of what another has
 * seen before.
 *
 * <p>Never waits for the ledger: a request that needs a synchronisation while another is running is
 * laid aside, to be carried out again from there.
 */
final class Executor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Executor.class);

    private final ImageFile image;
    private final FlushLedger ledger;
    private final IoPool pool;
    private final FileCalls calls;
    private final int fd;
    private final IoCounters counters = new IoCounters();
    private final VectorTransfers transfers;
    private final RangeCalls ranges;

    /**
     * Takes over a descriptor.
     *
     * @param calls the thread's own
     * @param fd of the image; the executor's to close
     * @param arena the lifetime of small native buffers
     */
    Executor(PosixBackend backend, FileCalls calls, int fd, Arena arena) {
        image = backend.image();
        ledger = backend.ledger();
        pool = backend.pool();
        this.calls = calls;
        this.fd = fd;
        int blockBytes = image.direct() ? image.limits().requestAlignmentBytes() : 1;
        transfers =
                new VectorTransfers(
                        calls, fd, blockBytes, image.memoryAlignmentBytes(), counters, arena);
        ranges =
                new RangeCalls(
                        image, transfers, calls, fd, backend.spaceSupport(), counters, arena);
    }

    /** What this executor has asked of the host and not yet handed on. */
    IoCounters counters() {
        return counters;
    }

    /**
     * Carries a request out.
     *
     * @param queue the request's
     * @return true if it has ended, with its result set; false if it was laid aside: then it is not
     *     the caller's any more
     */
    boolean execute(PosixQueue queue, Request request) {
        long started = System.nanoTime();
        boolean ended;
        try {
            if (!request.syncs) {
                call(request);
            }
            ended = !request.syncs || synchronise(queue, request, started);
        } catch (RuntimeException | Error fault) {
            faulted(request, fault);
            ended = true;
        }
        if (ended) {
            request.nanos += System.nanoTime() - started;
        }
        return ended;
    }

    /**
     * Copying from or to guest memory whose backing is gone throws an {@link InternalError}. Like
     * anything else that is thrown here that is the request's error, and must not end the thread.
     */
    private void faulted(Request request, Throwable fault) {
        LOG.warn("{}: a request failed on its memory: {}", image.path(), fault.toString());
        if (request.operation != Request.READ) {
            ledger.writeFinished();
            if (request.fua()) {
                ledger.fail(Errno.EFAULT);
            }
        }
        request.result = -Errno.EFAULT;
    }

    /**
     * Tries a read without waiting for the host's disk.
     *
     * @return the whole length; or a negative errno, and parts of the memory written or not
     */
    int readCached(Request request) {
        try {
            return transfers.readCached(request.memory(), request.offset);
        } catch (RuntimeException | Error fault) {
            // The blocking attempt that follows says what there is to say.
            return -Errno.EAGAIN;
        }
    }

    private void call(Request request) {
        int failure = request.fua() ? ledger.failure() : 0;
        if (failure != 0) {
            request.result = -failure;
            return;
        }
        switch (request.operation) {
            case Request.READ -> request.result = transfers.read(request.memory(), request.offset);
            case Request.WRITE -> {
                request.result =
                        transfers.write(request.memory(), request.offset, request.atomic());
                ledger.writeFinished();
            }
            case Request.DURABLE_WRITE -> durableWrite(request);
            case Request.FLUSH -> request.syncs = true;
            case Request.ZEROES -> {
                boolean mayUnmap = (request.flags & IoFlags.MAY_UNMAP) != 0 && image.discards();
                written(request, ranges.zero(request.offset, request.length, mayUnmap));
            }
            default -> written(request, ranges.discard(request.offset, request.length));
        }
    }

    private void durableWrite(Request request) {
        if (image.durableWriteStrategy() == DurableWriteStrategy.RWF_DSYNC) {
            int answer =
                    transfers.write(
                            request.memory(), request.offset, RwFlags.RWF_DSYNC | request.atomic());
            if (answer >= 0) {
                // Nothing of it is volatile, and it has made nothing else durable: the ledger
                // neither owes a flush for it nor counts it as one. But another thread may have
                // been told meanwhile of an error that the host reports only once.
                int failure = ledger.failure();
                request.result = failure == 0 ? answer : -failure;
                return;
            }
            if (!image.giveUpRwfDsync(answer)) {
                written(request, answer);
                return;
            }
            ledger.writeFinished();
        }
        written(request, transfers.write(request.memory(), request.offset, request.atomic()));
    }

    /** Something was written, or may have been in part; durable, where asked, it is not yet. */
    private void written(Request request, int answer) {
        long generation = ledger.writeFinished();
        request.result = answer;
        if (!request.fua()) {
            return;
        }
        if (answer < 0) {
            ledger.fail(-answer);
        } else {
            request.generation = generation;
            request.syncs = true;
        }
    }

    /** Ends a request by a synchronisation, its own or another's; or lays it aside. */
    private boolean synchronise(PosixQueue queue, Request request, long started) {
        int admission = ledger.tryStart(request.generation);
        if (admission == FlushLedger.BUSY) {
            layAside(queue, request, started);
            return false;
        }
        if (admission == FlushLedger.SYNCED) {
            admission = fdatasync();
        } else if (admission == FlushLedger.ELIDED && request.operation == Request.FLUSH) {
            counters.countElidedFlush();
        }
        if (admission < 0) {
            request.result = admission;
        }
        return true;
    }

    /** The one synchronisation that the ledger has admitted. */
    private int fdatasync() {
        int result = -Errno.EIO;
        try {
            do {
                counters.countSync();
                result = calls.fdatasync(image.syncFd());
            } while (result == -Errno.EINTR);
        } finally {
            result = ledger.finished(result);
            pool.synchronised();
        }
        return result;
    }

    /**
     * Lays a request aside until the running synchronisation has ended. That one may end between
     * the ledger's answer and the request being where it is looked for; so the ledger is asked once
     * more. Busy again, it will end later, and its thread will find the request.
     */
    private void layAside(PosixQueue queue, Request request, long started) {
        long generation = request.generation;
        request.nanos += System.nanoTime() - started;
        queue.count(counters);
        queue.awaitSync(request);
        int admission = ledger.tryStart(generation);
        if (admission == FlushLedger.SYNCED) {
            fdatasync();
        } else if (admission != FlushLedger.BUSY) {
            pool.synchronised();
        }
    }

    @Override
    public void close() {
        int answer = calls.close(fd);
        if (answer < 0) {
            LOG.warn("{}: closing a descriptor answered {}", image.path(), answer);
        }
        transfers.close();
        ranges.close();
    }
}
