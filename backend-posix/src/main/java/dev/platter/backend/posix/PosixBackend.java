package dev.platter.backend.posix;

import dev.platter.api.block.AtomicWriteLimits;
import dev.platter.api.block.BackendException;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockLimits;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.BlockQueueStatistics;
import dev.platter.api.block.Extent;
import dev.platter.backend.file.FlushLedger;
import dev.platter.backend.file.ImageFile;
import dev.platter.backend.file.SpaceSupport;
import dev.platter.backend.file.SubmissionPath;
import dev.platter.linux.FileCalls;
import dev.platter.linux.LinuxException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An image served by blocking system calls, of the owners of its queues or of threads of its own.
 */
public final class PosixBackend implements BlockBackend {
    /** The backend's name, by which a user selects it. */
    static final String NAME = "posix";

    private static final Logger LOG = LoggerFactory.getLogger(PosixBackend.class);

    private final Function<Arena, FileCalls> callsOf;
    private final PosixOptions options;
    private final ImageFile image;
    private final FlushLedger ledger = new FlushLedger();
    private final SpaceSupport spaceSupport = new SpaceSupport();
    private final IoPool pool;
    private final List<PosixQueue> open = new ArrayList<>();
    private BlockQueueStatistics ofClosed = BlockQueueStatistics.ZERO;
    private boolean closed;

    private PosixBackend(
            ImageFile image, PosixOptions options, Function<Arena, FileCalls> callsOf) {
        this.image = image;
        this.options = options;
        this.callsOf = callsOf;
        pool = new IoPool(this, options);
    }

    /**
     * Opens an image.
     *
     * @param callsOf makes the host calls of one thread, with buffers that live as long as the
     *     arena: {@code LinuxFileCalls::new}, or a test's own in front of it
     * @throws BackendException if it cannot be opened as asked; then nothing was created or changed
     */
    public static PosixBackend open(BackendOptions options, Function<Arena, FileCalls> callsOf)
            throws BackendException {
        return open(options, PosixOptions.parse(options.properties()), callsOf);
    }

    /** Opens an image with the backend's own options as given, and not by its properties. */
    static PosixBackend open(
            BackendOptions options, PosixOptions own, Function<Arena, FileCalls> callsOf)
            throws BackendException {
        try (Arena arena = Arena.ofConfined()) {
            ImageFile image =
                    ImageFile.open(
                            options, own.dsync(), SubmissionPath.SYSTEM_CALL, callsOf.apply(arena));
            PosixBackend backend = new PosixBackend(image, own, callsOf);
            LOG.debug("{}", backend.description());
            return backend;
        }
    }

    ImageFile image() {
        return image;
    }

    PosixOptions options() {
        return options;
    }

    IoPool pool() {
        return pool;
    }

    FileCalls calls(Arena arena) {
        return callsOf.apply(arena);
    }

    SpaceSupport spaceSupport() {
        return spaceSupport;
    }

    FlushLedger ledger() {
        return ledger;
    }

    @Override
    public long sizeBytes() {
        return image.sizeBytes();
    }

    @Override
    public void resize(long newBytes) throws BackendException {
        try (Arena arena = Arena.ofConfined()) {
            image.resize(callsOf.apply(arena), newBytes);
        }
    }

    @Override
    public boolean readOnly() {
        return image.readOnly();
    }

    @Override
    public BlockLimits limits() {
        return image.limits();
    }

    @Override
    public AtomicWriteLimits atomicWrites() {
        return image.atomicWrites();
    }

    @Override
    public String description() {
        return image.description(NAME);
    }

    @Override
    public Extent extentAt(long offsetBytes) throws BackendException {
        try (Arena arena = Arena.ofConfined()) {
            return image.extentAt(callsOf.apply(arena), offsetBytes);
        }
    }

    /** The queue closes the arena. */
    @Override
    @SuppressWarnings("MustBeClosedChecker")
    public synchronized BlockQueue openQueue(int capacity) throws BackendException {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity must be 1 or more: " + capacity);
        }
        if (closed) {
            throw new IllegalStateException("the backend is closed");
        }
        // Shared, as the thread that opens a queue may hand it to another.
        Arena arena = Arena.ofShared();
        try {
            FileCalls calls = callsOf.apply(arena);
            int fd = image.openAnother(calls);
            PosixQueue queue = queue(capacity, calls, fd, arena);
            open.add(queue);
            pool.add(queue);
            return queue;
        } catch (BackendException | RuntimeException failure) {
            arena.close();
            throw failure;
        }
    }

    private PosixQueue queue(int capacity, FileCalls calls, int fd, Arena arena)
            throws BackendException {
        try {
            return new PosixQueue(this, capacity, calls, fd, arena);
        } catch (LinuxException refused) {
            calls.close(fd);
            throw new BackendException(
                    "cannot open a queue to " + image.path() + ": " + refused.getMessage(),
                    refused.errno());
        }
    }

    synchronized void queueClosed(PosixQueue queue) {
        pool.remove(queue);
        open.remove(queue);
        ofClosed = ofClosed.plus(queue.statistics());
    }

    @Override
    public synchronized BlockQueueStatistics statistics() {
        BlockQueueStatistics sum = ofClosed;
        for (PosixQueue queue : open) {
            sum = sum.plus(queue.statistics());
        }
        return sum;
    }

    @Override
    public synchronized void close() throws BackendException {
        if (closed) {
            return;
        }
        if (!open.isEmpty()) {
            throw new IllegalStateException(open.size() + " queues are open");
        }
        closed = true;
        pool.close();
        try (Arena arena = Arena.ofConfined()) {
            image.close(callsOf.apply(arena));
        }
    }
}
