package dev.platter.backend.uring;

import dev.platter.api.block.AtomicWriteLimits;
import dev.platter.api.block.BackendException;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockLimits;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.BlockQueueStatistics;
import dev.platter.api.block.Extent;
import dev.platter.api.device.EventLoop;
import dev.platter.backend.file.DsyncPreference;
import dev.platter.backend.file.FlushLedger;
import dev.platter.backend.file.ImageFile;
import dev.platter.backend.file.InlinePolicy;
import dev.platter.backend.file.SubmissionPath;
import dev.platter.linux.FileCalls;
import dev.platter.linux.IoUringCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An image served through io_uring, each queue by a ring of its own. */
public final class UringBackend implements BlockBackend {
    /** The backend's name, by which a user selects it. */
    static final String NAME = "uring";

    private static final Set<String> KNOWN =
            Set.of(
                    DsyncPreference.PROPERTY,
                    DsyncPreference.UNSAFE_PROPERTY,
                    ImageFile.LOCKING,
                    InlinePolicy.PROPERTY,
                    RingOptions.SQPOLL,
                    RingOptions.IOPOLL,
                    RingOptions.BUFFERS);

    private static final Logger LOG = LoggerFactory.getLogger(UringBackend.class);

    private final Function<Arena, FileCalls> filesOf;
    private final Function<Arena, IoUringCalls> callsOf;
    private final ImageFile image;
    private final FlushLedger ledger = new FlushLedger();
    private final List<UringQueue> open = new ArrayList<>();
    private BlockQueueStatistics ofClosed = BlockQueueStatistics.ZERO;
    private boolean closed;

    private final RingOptions ringOptions;

    private UringBackend(
            ImageFile image,
            Function<Arena, FileCalls> filesOf,
            Function<Arena, IoUringCalls> callsOf,
            RingOptions ringOptions) {
        this.ringOptions = ringOptions;
        this.image = image;
        this.filesOf = filesOf;
        this.callsOf = callsOf;
    }

    /**
     * Opens an image.
     *
     * @param filesOf makes the file calls of one thread, with buffers that live as long as the
     *     arena: {@code LinuxFileCalls::new}, or a test's own in front of it
     * @param callsOf makes the ring calls of one thread likewise: {@code LinuxIoUringCalls::new}
     * @throws BackendException if it cannot be opened as asked; then nothing was created or changed
     */
    public static UringBackend open(
            BackendOptions options,
            Function<Arena, FileCalls> filesOf,
            Function<Arena, IoUringCalls> callsOf)
            throws BackendException {
        RingOptions ringOptions = RingOptions.of(options.properties());
        if (!ringOptions.devicePolls()) {
            return open(options, filesOf, callsOf, ringOptions);
        }
        try (Arena arena = Arena.ofConfined()) {
            FileCalls files = filesOf.apply(arena);
            PollingProbe.requirePolledDisk(options, files, arena);
            boolean creates = !Files.exists(Path.of(options.location()));
            UringBackend backend = open(options, filesOf, callsOf, ringOptions);
            try {
                PollingProbe.requirePolledRead(backend.image, files, callsOf.apply(arena));
                return backend;
            } catch (BackendException refusal) {
                if (creates) {
                    // While it is locked: it is nobody else's yet.
                    remove(Path.of(options.location()));
                }
                backend.close();
                throw refusal;
            }
        }
    }

    /**
     * Opens an image.
     *
     * @param ringOptions in place of those in the options' properties
     */
    static UringBackend open(
            BackendOptions options,
            Function<Arena, FileCalls> filesOf,
            Function<Arena, IoUringCalls> callsOf,
            RingOptions ringOptions)
            throws BackendException {
        for (String name : new TreeSet<>(options.properties().keySet())) {
            if (!KNOWN.contains(name)) {
                throw new BackendException(
                        "the uring backend has no option "
                                + name
                                + ": it knows dsync, unsafe-dsync, locking, owner-calls, sqpoll, iopoll"
                                + " and registered-buffers");
            }
        }
        DsyncPreference preference = DsyncPreference.of(options.properties());
        try (Arena arena = Arena.ofConfined()) {
            String ring = UringSupport.require(callsOf.apply(arena)).sentence();
            ImageFile image =
                    ImageFile.open(
                            options, preference, SubmissionPath.IO_URING, filesOf.apply(arena));
            UringBackend backend = new UringBackend(image, filesOf, callsOf, ringOptions);
            LOG.debug("{}; {}", backend.description(), ring);
            return backend;
        }
    }

    private static void remove(Path created) {
        try {
            Files.deleteIfExists(created);
        } catch (IOException failure) {
            LOG.warn("{} was created and stays: {}", created, failure.getMessage());
        }
    }

    ImageFile image() {
        return image;
    }

    RingOptions options() {
        return ringOptions;
    }

    /** A ring whose kernel thread the next one shares, or {@link RingSetup#NO_RING}. */
    synchronized int poller() {
        for (UringQueue queue : open) {
            int fd = queue.pollerFd();
            if (fd != RingSetup.NO_RING) {
                return fd;
            }
        }
        return RingSetup.NO_RING;
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
            image.resize(filesOf.apply(arena), newBytes);
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
    public Extent extentAt(long offsetBytes) throws BackendException {
        try (Arena arena = Arena.ofConfined()) {
            return image.extentAt(filesOf.apply(arena), offsetBytes);
        }
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
    public BlockQueue openQueue(int capacity) throws BackendException {
        return openQueue(capacity, (RingLoop) null);
    }

    /** In a ring of this backend's kind the queue takes a share of it. */
    @Override
    public BlockQueue openQueue(int capacity, EventLoop loop) throws BackendException {
        if (!(loop instanceof RingLoop ring)) {
            return BlockBackend.super.openQueue(capacity, loop);
        }
        return BlockBackend.watched(openQueue(capacity, ring), loop);
    }

    /** The queue closes the arena. */
    @SuppressWarnings("MustBeClosedChecker")
    private synchronized BlockQueue openQueue(int capacity, @Nullable RingLoop loop)
            throws BackendException {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity must be 1 or more: " + capacity);
        }
        if (closed) {
            throw new IllegalStateException("the backend is closed");
        }
        // Shared, as the thread that opens a queue may hand it to another.
        Arena arena = Arena.ofShared();
        UringQueue queue =
                new UringQueue(
                        this, capacity, filesOf.apply(arena), callsOf.apply(arena), loop, arena);
        open.add(queue);
        return queue;
    }

    synchronized void queueClosed(UringQueue queue) {
        open.remove(queue);
        ofClosed = ofClosed.plus(queue.statistics());
    }

    @Override
    public synchronized BlockQueueStatistics statistics() {
        BlockQueueStatistics sum = ofClosed;
        for (UringQueue queue : open) {
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
        try (Arena arena = Arena.ofConfined()) {
            image.close(filesOf.apply(arena));
        }
    }
}
