package dev.platter.backend.uring;

import dev.platter.api.block.BackendException;
import dev.platter.backend.file.ImageFile;
import dev.platter.linux.FileCalls;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registered descriptors of one queue: the {@link #main} one for reads, volatile writes and the
 * synchronisations that the ledger admits, one at a time; and one for each durable write in flight.
 *
 * <p>Why so many: the kernel reports a failed write-back once for each open file description, to
 * the first call that looks. If two durable writes in flight shared one, the first to look could be
 * told of the other's lost data, and the other of success. So each has a description of its own.
 * They are opened when they are first needed, up to {@link #MAX_SYNC}; the ring holds them, so they
 * take no descriptor number. Owner thread only, once the ring is enabled.
 */
final class QueueFiles {
    /** No place. */
    static final int NONE = FileTable.NONE;

    /** The most durable writes in flight with a description of their own. */
    static final int MAX_SYNC = 64;

    /** The most places that one queue takes. */
    static final int MAX_PLACES = 1 + MAX_SYNC;

    private static final Logger LOG = LoggerFactory.getLogger(QueueFiles.class);

    private final ImageFile image;
    private final FileCalls calls;
    private final int mainFd;
    private final int[] free = new int[MAX_SYNC];
    private int freeCount;
    private int opened;
    private int limit = MAX_SYNC;
    private int main = NONE;
    private @Nullable FileTable table;

    /** Opens the main descriptor; {@link #attach} comes next. */
    QueueFiles(ImageFile image, FileCalls calls) throws BackendException {
        this.image = image;
        this.calls = calls;
        mainFd = image.openAnother(calls);
    }

    /** Registers the main descriptor with a table, in which this queue has nothing yet. */
    void attach(FileTable newTable) throws BackendException {
        int place = newTable.put(mainFd);
        if (place == NONE) {
            throw new BackendException("io_uring has no room for another descriptor");
        }
        main = place;
        freeCount = 0;
        opened = 0;
        table = newTable;
    }

    /** The place of the main descriptor. */
    int main() {
        return main;
    }

    /** The place of a descriptor that nobody synchronises by, or {@link #NONE}. */
    int acquire() {
        if (freeCount > 0) {
            return free[--freeCount];
        }
        return opened < limit ? open() : NONE;
    }

    void release(int place) {
        free[freeCount++] = place;
    }

    private int open() {
        FileTable registered = table;
        if (registered == null) {
            return NONE;
        }
        try {
            int fd = image.openAnother(calls);
            int place = registered.put(fd);
            calls.close(fd);
            if (place != NONE) {
                opened++;
                return place;
            }
            refused("the ring has no room for more");
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

    /** Takes all descriptors out of a table that lives on; none is in use. */
    void detach() {
        FileTable left = table;
        if (left != null) {
            table = null;
            left.clear(main);
            while (freeCount > 0) {
                left.clear(free[--freeCount]);
            }
        }
    }

    /** Closes the main descriptor; the others end with the ring, or by {@link #detach}. */
    void close() {
        int answer = calls.close(mainFd);
        if (answer < 0) {
            LOG.warn("{}: closing a queue's descriptor answered {}", image.path(), answer);
        }
    }
}
