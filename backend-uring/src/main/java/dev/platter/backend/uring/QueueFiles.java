package dev.platter.backend.uring;

import dev.platter.api.block.BackendException;
import dev.platter.backend.file.ImageFile;
import dev.platter.linux.FileCalls;
import dev.platter.linux.IoUringRegister;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registered descriptors of one queue: at place {@link #MAIN} the one for reads, volatile
 * writes and the synchronisations that the ledger admits, one at a time; at the others one for each
 * durable write in flight.
 *
 * <p>Why so many: the kernel reports a failed write-back once for each open file description, to
 * the first call that looks. If two durable writes in flight shared one, the first to look could be
 * told of the other's lost data, and the other of success. So each has a description of its own.
 * They are opened when they are first needed, up to {@link #MAX_SYNC}; the ring holds them, so they
 * take no descriptor number. Owner thread only, once the ring is enabled.
 */
final class QueueFiles {
    static final int MAIN = 0;

    /** No place. */
    static final int NONE = -1;

    /** The most durable writes in flight with a description of their own. */
    static final int MAX_SYNC = 64;

    private static final Logger LOG = LoggerFactory.getLogger(QueueFiles.class);

    private final ImageFile image;
    private final FileCalls calls;
    private final int mainFd;
    private final MemorySegment fds;
    private final MemorySegment update;
    private final int[] free = new int[MAX_SYNC];
    private int freeCount;
    private int opened;
    private int limit = MAX_SYNC;

    /**
     * Opens the main descriptor.
     *
     * @param arena the lifetime of small native buffers
     */
    QueueFiles(ImageFile image, FileCalls calls, Arena arena) throws BackendException {
        this.image = image;
        this.calls = calls;
        fds = arena.allocate(ValueLayout.JAVA_INT, 1 + MAX_SYNC);
        update = arena.allocate(IoUringRegister.FILES_UPDATE_BYTES, Long.BYTES);
        mainFd = image.openAnother(calls);
    }

    /** Registers the main descriptor, and empty places, with a new ring: 0 or a negative errno. */
    int register(Ring ring) {
        fds.setAtIndex(ValueLayout.JAVA_INT, MAIN, mainFd);
        for (int i = 1; i <= MAX_SYNC; i++) {
            fds.setAtIndex(ValueLayout.JAVA_INT, i, NONE);
        }
        Arrays.fill(free, 0);
        freeCount = 0;
        opened = 0;
        return ring.register(IoUringRegister.FILES, fds, 1 + MAX_SYNC);
    }

    /** The place of a descriptor that nobody synchronises by, or {@link #NONE}. */
    int acquire(Ring ring) {
        if (freeCount > 0) {
            return free[--freeCount];
        }
        return opened < limit ? open(ring) : NONE;
    }

    void release(int place) {
        free[freeCount++] = place;
    }

    private int open(Ring ring) {
        int place = opened + 1;
        try {
            int fd = image.openAnother(calls);
            fds.setAtIndex(ValueLayout.JAVA_INT, place, fd);
            update.set(ValueLayout.JAVA_INT, 0, place);
            update.set(
                    ValueLayout.JAVA_LONG,
                    IoUringRegister.UPDATE_DATA_OFFSET,
                    fds.address() + (long) place * Integer.BYTES);
            int answer = ring.register(IoUringRegister.FILES_UPDATE, update, 1);
            calls.close(fd);
            if (answer == 1) {
                opened++;
                return place;
            }
            refused("the ring answered " + answer);
        } catch (BackendException failure) {
            refused(String.valueOf(failure.getMessage()));
        }
        return NONE;
    }

    /** Fewer will do: the writes beyond them are synchronised one batch after the other. */
    private void refused(String why) {
        limit = opened;
        LOG.warn(
                "{}: only {} durable writes at once can have a descriptor each: {}",
                image.path(),
                limit,
                why);
    }

    /** The main descriptor itself, for calls that do not go through the ring. */
    int mainFd() {
        return mainFd;
    }

    /** Closes the main descriptor; the others end with the ring. */
    void close() {
        int answer = calls.close(mainFd);
        if (answer < 0) {
            LOG.warn("{}: closing a queue's descriptor answered {}", image.path(), answer);
        }
    }
}
