package dev.platter.backend.file;

import dev.platter.api.block.AtomicWriteLimits;
import dev.platter.api.block.BackendException;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockLimits;
import dev.platter.linux.BlockIoctls;
import dev.platter.linux.Errnos;
import dev.platter.linux.FallocateModes;
import dev.platter.linux.FileCalls;
import dev.platter.linux.FileStatus;
import dev.platter.linux.OpenFlags;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One opening of an image: creation, flags, lock, size, alignment, durability, in this order. */
final class ImageOpener {
    private static final Logger LOG = LoggerFactory.getLogger(ImageOpener.class);

    private static final int SECTOR_BYTES = 512;

    /** What a slab holds through which a request in several pieces may have to go. */
    private static final int MOST_ATOMIC_BYTES = 1 << 16;

    private final BackendOptions options;
    private final DsyncPreference preference;
    private final SubmissionPath submission;
    private final FileCalls calls;
    private final String path;

    ImageOpener(
            BackendOptions options,
            DsyncPreference preference,
            SubmissionPath submission,
            FileCalls calls) {
        this.options = options;
        this.preference = preference;
        this.submission = submission;
        this.calls = calls;
        this.path = options.location();
    }

    ImageFile open() throws BackendException {
        checkSize();
        boolean exists = checkKind();
        if (exists || options.createSizeBytes().isEmpty()) {
            return openExisting();
        }
        if (options.readOnly()) {
            throw new BackendException(
                    path + " does not exist, and readonly=on cannot create it: use readonly=off");
        }
        ImageCreation creation = new ImageCreation(calls, path);
        boolean created = creation.create(options.createSizeBytes().getAsLong());
        try {
            return openExisting();
        } catch (BackendException failure) {
            // In use already, it is that user's disk now: removing it would take it away.
            if (created && failure.errno() != Errnos.EBUSY) {
                creation.undo();
            }
            throw failure;
        }
    }

    private void checkSize() throws BackendException {
        if (options.createSizeBytes().isEmpty()) {
            return;
        }
        long size = options.createSizeBytes().getAsLong();
        if (size <= 0 || size % SECTOR_BYTES != 0) {
            throw new BackendException(
                    "size=" + size + " is not a positive multiple of 512 bytes: round it up");
        }
    }

    /** Whether the path exists; anything but a file and a block device is not even opened. */
    private boolean checkKind() throws BackendException {
        try {
            Path file = Path.of(path);
            if (path.isEmpty() || !Files.exists(file)) {
                return false;
            }
            // Looked at before the opening: that of a FIFO would wait, that of a tape would rewind.
            int type = (Integer) Files.getAttribute(file, "unix:mode") & 0xf000;
            if (type != 0x8000 && type != 0x6000) {
                throw new BackendException(
                        path + " is neither a file nor a block device: name a disk image");
            }
            return true;
        } catch (InvalidPathException | IOException failure) {
            throw new BackendException("cannot look at " + path + ": " + failure.getMessage());
        }
    }

    private ImageFile openExisting() throws BackendException {
        int flags =
                (options.readOnly() ? OpenFlags.O_RDONLY : OpenFlags.O_RDWR)
                        | OpenFlags.O_CLOEXEC
                        | (options.cacheMode().direct() ? OpenFlags.O_DIRECT : 0);
        int fd = calls.open(path, flags, 0);
        if (fd < 0) {
            throw openFailure(fd);
        }
        try (Arena arena = Arena.ofConfined()) {
            if (locking()) {
                ImageLock.acquire(calls, fd, path, options.readOnly());
            }
            return examine(fd, flags, arena);
        } catch (BackendException | RuntimeException failure) {
            calls.close(fd);
            throw failure;
        }
    }

    private boolean locking() throws BackendException {
        String value = options.properties().getOrDefault(ImageFile.LOCKING, "on");
        return switch (value) {
            case "on" -> true;
            case "off" -> false;
            default ->
                    throw new BackendException(
                            "locking=" + value + " is unknown: use locking=on or off");
        };
    }

    private BackendException openFailure(int answer) {
        if (answer == -Errnos.EINVAL && options.cacheMode().direct()) {
            return DirectAlignment.unsupported(path);
        }
        String remedy =
                switch (-answer) {
                    case Errnos.ENOENT -> "; check the path, or give size= to create it";
                    case Errnos.EACCES, Errnos.EPERM, Errnos.EROFS ->
                            options.readOnly()
                                    ? ""
                                    : "; to open it for reading only use readonly=on";
                    default -> "";
                };
        return HostFailures.of("open", path, answer, remedy);
    }

    private ImageFile examine(int fd, int flags, Arena arena) throws BackendException {
        FileStatus status = new FileStatus(arena);
        check(calls.status(fd, status), "examine");
        boolean device = status.isBlockDevice();
        DeviceQueue queue =
                device
                        ? DeviceQueue.of(status.specialDeviceMajor(), status.specialDeviceMinor())
                        : new DeviceQueue(false, 0, 0);
        StorageTraits storage =
                device ? StorageTraits.device(queue.fua()) : StorageTraits.file(fileSystem(fd));
        MemorySegment number = arena.allocate(ValueLayout.JAVA_LONG);
        if (device) {
            checkWritable(fd, number);
        }
        int logicalBlock = device ? intIoctl(fd, BlockIoctls.BLKSSZGET, number) : 0;
        long size = device ? deviceSize(fd, number) : status.sizeBytes();
        boolean direct = options.cacheMode().direct();
        DirectAlignment alignment =
                direct
                        ? DirectAlignment.probe(calls, fd, path, status, logicalBlock)
                        : new DirectAlignment(Math.max(SECTOR_BYTES, logicalBlock), 1);
        checkImageSize(size, alignment.requestBytes());
        noteIgnoredSize(size);
        ImageTraits traits =
                new ImageTraits(
                        size,
                        options.readOnly(),
                        direct,
                        alignment.memoryBytes(),
                        storage,
                        atomicWrites(status, alignment));
        boolean discards = options.discard() && !options.readOnly();
        BlockLimits limits =
                device
                        ? ImageLimits.ofDevice(
                                alignment.requestBytes(),
                                intIoctl(fd, BlockIoctls.BLKPBSZGET, number),
                                intIoctl(fd, BlockIoctls.BLKIOOPT, number),
                                queue,
                                discards)
                        : ImageLimits.ofFile(
                                alignment.requestBytes(),
                                status.blockSizeBytes(),
                                discards && punches(fd, size));
        return new ImageFile(path, fd, flags, traits, limits, chooseDsync(fd, storage, arena));
    }

    /**
     * What the kernel writes all or nothing: past the page cache only, and here only from one piece
     * of memory, for which a request's pieces are copied together where there are more.
     */
    private AtomicWriteLimits atomicWrites(FileStatus status, DirectAlignment alignment) {
        int most = Math.min(status.atomicWriteMaxBytes(), MOST_ATOMIC_BYTES);
        int least = Math.max(status.atomicWriteMinBytes(), alignment.requestBytes());
        return options.cacheMode().direct() && !options.readOnly() && least <= most
                ? new AtomicWriteLimits(least, most)
                : AtomicWriteLimits.NONE;
    }

    private long fileSystem(int fd) throws BackendException {
        long magic = calls.fileSystem(fd);
        if (magic < 0) {
            throw HostFailures.of("examine the file system of", path, magic);
        }
        return magic;
    }

    private void checkWritable(int fd, MemorySegment number) throws BackendException {
        // The opening of a read-only device for writing succeeds; only its writes fail.
        if (!options.readOnly() && intIoctl(fd, BlockIoctls.BLKROGET, number) != 0) {
            throw new BackendException(
                    path + " is a read-only block device: use readonly=on", Errnos.EROFS);
        }
    }

    private void checkImageSize(long size, int alignmentBytes) throws BackendException {
        if (size == 0) {
            throw new BackendException(
                    path
                            + " is empty, and an existing image is never resized: make it as large"
                            + " as the disk is to be");
        }
        if (size % alignmentBytes != 0) {
            throw new BackendException(
                    path
                            + " has "
                            + size
                            + " bytes, not a multiple of the "
                            + alignmentBytes
                            + " that its host reads and writes at once: pad it with truncate -s %"
                            + alignmentBytes);
        }
    }

    private void noteIgnoredSize(long size) {
        long asked = options.createSizeBytes().orElse(size);
        if (asked != size) {
            LOG.info(
                    "{} exists and stays {} long: size={} is for creating it only",
                    path,
                    Sizes.text(size),
                    asked);
        }
    }

    /** Whether the file system can punch holes: tried behind the end, where there is nothing. */
    private boolean punches(int fd, long size) {
        int mode = FallocateModes.FALLOC_FL_PUNCH_HOLE | FallocateModes.FALLOC_FL_KEEP_SIZE;
        return calls.fallocate(fd, mode, size, SECTOR_BYTES) == 0;
    }

    private DsyncChoice chooseDsync(int fd, StorageTraits storage, Arena arena)
            throws BackendException {
        DsyncChoice choice = DsyncPolicy.choose(preference, storage, submission);
        if (choice.strategy() != DurableWriteStrategy.RWF_DSYNC || options.readOnly()) {
            return choice;
        }
        refuseDanger(storage);
        int refusal = DsyncProbe.refusal(calls, fd, arena);
        if (refusal == 0) {
            return choice;
        }
        String why = "the host refuses RWF_DSYNC (" + Errnos.name(refusal) + ")";
        if (preference != DsyncPreference.AUTO) {
            throw new BackendException(
                    "dsync=rwf does not work on "
                            + path
                            + ": "
                            + why
                            + "; use dsync=auto or dsync=fdatasync",
                    refusal);
        }
        return DsyncChoice.fdatasync(why);
    }

    private void refuseDanger(StorageTraits storage) throws BackendException {
        Optional<String> danger =
                preference == DsyncPreference.RWF
                        ? DsyncPolicy.danger(storage, submission)
                        : Optional.empty();
        if (danger.isPresent()) {
            throw new BackendException(
                    "dsync=rwf is refused on "
                            + path
                            + ": "
                            + danger.get()
                            + "; use dsync=auto or dsync=fdatasync, or add unsafe-dsync=on if"
                            + " acknowledged writes may be lost");
        }
    }

    private long deviceSize(int fd, MemorySegment number) throws BackendException {
        check(calls.ioctl(fd, BlockIoctls.BLKGETSIZE64, number), "find the size of");
        return number.get(ValueLayout.JAVA_LONG, 0);
    }

    private int intIoctl(int fd, long request, MemorySegment number) throws BackendException {
        check(calls.ioctl(fd, request, number), "examine the block device");
        return number.get(ValueLayout.JAVA_INT, 0);
    }

    private void check(int answer, String operation) throws BackendException {
        if (answer < 0) {
            throw HostFailures.of(operation, path, answer);
        }
    }
}
