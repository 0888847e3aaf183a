package dev.platter.backend.uring;

import dev.platter.api.block.BackendException;
import dev.platter.linux.Epoll;
import dev.platter.linux.IoUringCalls;
import dev.platter.linux.LinuxException;
import dev.platter.linux.PollEvents;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ring of a queue that shares none.
 *
 * <p>Its descriptor is that of an epoll set around the ring's, so that it stays the same whatever
 * becomes of the ring.
 */
final class OwnedRing extends AdoptedRing {
    private static final Logger LOG = LoggerFactory.getLogger(OwnedRing.class);

    /**
     * Sets up a ring that the first thread to hand over will own.
     *
     * @param size how many entries may have to be handed over at once
     * @param readiness takes the ring up; stays the caller's
     * @param use {@link RingUse#WATCHED}, or {@link RingUse#KERNEL_SUBMITS}
     * @param poller as of {@link AdoptedRing}
     * @param memoryOf as of {@link AdoptedRing}
     */
    OwnedRing(
            IoUringCalls calls,
            int size,
            QueueFiles files,
            Epoll readiness,
            RingUse use,
            IntSupplier poller,
            @Nullable RingLoop memoryOf)
            throws BackendException {
        super(calls, size, use, poller, memoryOf, new Watched(files, readiness));
    }

    /** The queue's descriptors in the ring, and the ring in the epoll set. */
    private record Watched(QueueFiles files, Epoll readiness) implements Fitting {
        @Override
        public FileTable fit(Ring ring) throws BackendException {
            try {
                FileTable registered = FileTable.register(ring, 1, QueueFiles.MAX_PLACES);
                files.attach(registered);
                readiness.add(ring.fd(), PollEvents.IN, 0);
                return registered;
            } catch (LinuxException failure) {
                throw new BackendException(
                        "cannot watch an io_uring: " + failure.getMessage(), failure.errno());
            }
        }

        @Override
        public void strip(Ring ring) {
            try {
                readiness.remove(ring.fd());
            } catch (LinuxException failure) {
                LOG.warn("a ring stays watched: {}", failure.getMessage());
            }
        }
    }

    /**
     * A kernel thread that serves several rings takes a few entries of each in turn, and what it
     * leaves for the next time has lost its link.
     */
    @Override
    boolean keepsLinks() {
        return !kernelSubmits();
    }
}
