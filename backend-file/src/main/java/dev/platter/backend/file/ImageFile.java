package dev.platter.backend.file;

import dev.platter.api.block.AtomicWriteLimits;
import dev.platter.api.block.BackendException;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockLimits;
import dev.platter.api.block.Extent;
import dev.platter.linux.Errnos;
import dev.platter.linux.FileCalls;
import dev.platter.linux.SeekModes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open and locked image: a file or a block device, with everything about it that was found out
 * when it was opened. Any thread may use it.
 *
 * <p>Each queue takes a descriptor of its own by {@link #openAnother}. The kernel reports a failed
 * write-back once for each open file description. If queues shared one, the error could be told to
 * another queue's call that has not recorded it yet, while a durable write of this queue, whose
 * data is lost, is told of success.
 */
public final class ImageFile {
    /**
     * The name of the option in {@link BackendOptions#properties()} that says whether the image is
     * locked: {@code on}, also where it is absent, or {@code off} for who shares an image
     * knowingly.
     */
    public static final String LOCKING = "locking";

    private static final Logger LOG = LoggerFactory.getLogger(ImageFile.class);

    private final String path;
    private final int fd;
    private final int openFlags;
    private final ImageTraits traits;
    private final BlockLimits limits;
    private final DsyncChoice dsync;
    private volatile DurableWriteStrategy strategy;
    private volatile long sizeBytes;

    ImageFile(
            String path,
            int fd,
            int openFlags,
            ImageTraits traits,
            BlockLimits limits,
            DsyncChoice dsync) {
        this.path = path;
        this.fd = fd;
        this.openFlags = openFlags;
        this.traits = traits;
        this.limits = limits;
        this.dsync = dsync;
        strategy = dsync.strategy();
        sizeBytes = traits.sizeBytes();
    }

    /**
     * Opens an image as asked, locks it, and finds out what its host can do.
     *
     * @param preference the user's choice of how writes become durable
     * @param submission how the backend will hand over its requests
     * @param calls used only during the call
     * @throws BackendException if it cannot be opened as asked; then nothing was created or changed
     */
    public static ImageFile open(
            BackendOptions options,
            DsyncPreference preference,
            SubmissionPath submission,
            FileCalls calls)
            throws BackendException {
        return new ImageOpener(options, preference, submission, calls).open();
    }

    /**
     * The descriptor with which the image was opened, for {@code fdatasync} only. Its description
     * is told of every failed write-back since then, also of those that others were told of before;
     * one that was opened later would not be. At most one thread at a time uses it, as {@link
     * FlushLedger} lets at most one synchronise.
     */
    public int syncFd() {
        return fd;
    }

    /** The path as the user wrote it. */
    public String path() {
        return path;
    }

    /** The capacity; it only grows while the image is open. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /**
     * Makes the image larger, durably.
     *
     * @param newBytes as of {@link dev.platter.api.block.BlockBackend#resize}
     */
    public synchronized void resize(FileCalls calls, long newBytes) throws BackendException {
        new ImageGrowth(this, calls).to(newBytes);
        sizeBytes = newBytes;
    }

    /** Whether the image was opened for reading only. */
    public boolean readOnly() {
        return traits.readOnly();
    }

    /** Whether the page cache is bypassed. */
    public boolean direct() {
        return traits.direct();
    }

    /** Whether the image is a block device. */
    public boolean blockDevice() {
        return traits.storage().blockDevice();
    }

    /** Whether discards go to the host; otherwise they succeed and do nothing. */
    public boolean discards() {
        return limits.discardGranularityBytes() != 0;
    }

    /**
     * Where each piece of a request's memory must start, and of what its length must be a multiple;
     * 1 where any will do.
     */
    public int memoryAlignmentBytes() {
        return traits.memoryAlignmentBytes();
    }

    /** What a backend on this image can take. */
    public BlockLimits limits() {
        return limits;
    }

    /**
     * What can be written with {@link dev.platter.api.block.IoFlags#ATOMIC}, from one piece of
     * memory, by {@code RWF_ATOMIC}.
     */
    public AtomicWriteLimits atomicWrites() {
        return traits.atomicWrites();
    }

    /** How durable writes are to be made now. */
    public DurableWriteStrategy durableWriteStrategy() {
        return strategy;
    }

    /**
     * Gives up {@code RWF_DSYNC} because the host has refused a write with it, and has written
     * nothing: from now on durable writes are followed by {@code fdatasync}.
     *
     * @param answer the host's negative errno
     * @return whether that is what the answer means, and the write is to be made anew
     */
    public boolean giveUpRwfDsync(int answer) {
        if (answer != -Errnos.EOPNOTSUPP && answer != -Errnos.ENOSYS) {
            return false;
        }
        strategy = DurableWriteStrategy.WRITE_THEN_FDATASYNC;
        LOG.warn(
                "{}: the host refused RWF_DSYNC ({}); durable writes go by write and fdatasync",
                path,
                Errnos.name(-answer));
        return true;
    }

    /**
     * Opens the image once more, as a further open file description of the same file, whatever its
     * path leads to by now.
     *
     * @return a descriptor that the caller closes; closing it leaves the lock alone
     */
    public int openAnother(FileCalls calls) throws BackendException {
        int another = calls.open("/proc/self/fd/" + fd, openFlags, 0);
        if (another < 0) {
            throw HostFailures.of("open another descriptor of", path, another);
        }
        return another;
    }

    /**
     * What the host has space for, at and behind an offset. Space that is reserved, but never
     * written, counts as none on most file systems.
     *
     * @param offsetBytes inside the image
     * @return as {@link dev.platter.api.block.BlockBackend#extentAt}
     */
    public Extent extentAt(FileCalls calls, long offsetBytes) throws BackendException {
        long rest = sizeBytes() - offsetBytes;
        long data = calls.seek(fd, offsetBytes, SeekModes.SEEK_DATA);
        if (data == -Errnos.ENXIO) {
            return new Extent(rest, false);
        }
        if (data > offsetBytes) {
            return new Extent(Math.min(rest, data - offsetBytes), false);
        }
        long hole = data < 0 ? data : calls.seek(fd, offsetBytes, SeekModes.SEEK_HOLE);
        if (hole == -Errnos.EINVAL || hole == -Errnos.ENOSYS || hole == -Errnos.EOPNOTSUPP) {
            return new Extent(rest, true); // The host cannot tell.
        }
        if (hole < 0) {
            throw HostFailures.of("look for holes in", path, hole);
        }
        // A hole that came in between at the very offset: the next question will tell.
        return new Extent(Math.clamp(hole - offsetBytes, 1, rest), true);
    }

    /**
     * Closes the image and so drops its lock.
     *
     * @throws BackendException if the host reports an error
     */
    public void close(FileCalls calls) throws BackendException {
        int answer = calls.close(fd);
        if (answer < 0 && answer != -Errnos.EINTR) {
            throw HostFailures.of("close", path, answer);
        }
    }

    /**
     * One line for a log.
     *
     * @param backend the backend's name
     */
    public String description(String backend) {
        String cache =
                direct()
                        ? "O_DIRECT (" + limits.requestAlignmentBytes() + "-byte alignment)"
                        : "page cache";
        return backend
                + ": "
                + path
                + ", "
                + Sizes.text(sizeBytes())
                + ", "
                + traits.storage().displayName()
                + ", "
                + cache
                + ", "
                + (readOnly() ? "read-only" : durability());
    }

    private String durability() {
        if (strategy != dsync.strategy()) {
            return "write-through by write and fdatasync: the host refused RWF_DSYNC later";
        }
        String way =
                switch (dsync.strategy()) {
                    case RWF_DSYNC -> "pwritev2(RWF_DSYNC)";
                    case WRITE_THEN_FDATASYNC -> "write and fdatasync";
                };
        return "write-through by " + way + ": " + dsync.reason();
    }
}
