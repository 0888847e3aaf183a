package dev.platter.backend.uring;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BackendOptions;
import dev.platter.backend.file.HostDisk;
import dev.platter.backend.file.ImageFile;
import dev.platter.linux.Errnos;
import dev.platter.linux.FileCalls;
import dev.platter.linux.FileStatus;
import dev.platter.linux.IoUringCalls;
import dev.platter.linux.IoUringOp;
import dev.platter.linux.OpenFlags;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The question whether completions of an image can be polled for. */
final class PollingProbe {
    private static final int BYTES = 4096;

    private PollingProbe() {}

    /**
     * Looks at the disk under an image, which need not exist yet.
     *
     * @throws BackendException in one sentence, if the image is not to be opened past the page
     *     cache, or its disk has no queues that are polled
     */
    static void requirePolledDisk(BackendOptions options, FileCalls files, Arena arena)
            throws BackendException {
        if (!options.cacheMode().direct()) {
            throw new BackendException(
                    "iopoll=on polls a disk, and "
                            + options.location()
                            + " is to be served through the page cache: use cache=none or"
                            + " cache=directsync");
        }
        Optional<HostDisk> disk = diskUnder(Path.of(options.location()), files, arena);
        if (disk.isPresent() && !disk.get().polled()) {
            throw new BackendException(
                    "iopoll=on: the disk %s under %s has no polled queues (its queue/io_poll is 0)"
                            .formatted(disk.get().name(), options.location()));
        }
    }

    /** The disk of an image or, where there is none yet, of its folder. */
    static Optional<HostDisk> diskUnder(Path image, FileCalls files, Arena arena) {
        Path place = Files.exists(image) ? image : image.toAbsolutePath().getParent();
        int fd = files.open(String.valueOf(place), OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0);
        if (fd < 0) {
            return Optional.empty();
        }
        FileStatus status = new FileStatus(arena);
        int answer = files.status(fd, status);
        files.close(fd);
        return answer < 0 ? Optional.empty() : HostDisk.of(status);
    }

    /**
     * Reads the image's beginning by a ring that is polled.
     *
     * @throws BackendException in one sentence, if that is refused
     */
    static void requirePolledRead(ImageFile image, FileCalls files, IoUringCalls calls)
            throws BackendException {
        int fd = image.openAnother(files);
        try (Arena arena = Arena.ofConfined()) {
            int answer = read(fd, calls, arena.allocate(BYTES, BYTES));
            if (answer < 0) {
                throw new BackendException(
                        "iopoll=on: completions of %s cannot be polled for: %s"
                                .formatted(image.path(), Errnos.message(-answer)),
                        -answer);
            }
        } finally {
            files.close(fd);
        }
    }

    private static int read(int fd, IoUringCalls calls, MemorySegment memory)
            throws BackendException {
        try (Ring ring = Ring.open(calls, 1, 1, RingUse.DEVICE_POLLED)) {
            int answer = ring.enable();
            if (answer < 0) {
                return answer;
            }
            ring.submissions()
                    .claim()
                    .startOn(IoUringOp.READ, fd, 0)
                    .address(memory.address())
                    .length(BYTES);
            answer = ring.enter(1);
            int result =
                    answer < 0 || !ring.completions().next() ? answer : ring.completions().result();
            ring.disown();
            return result;
        }
    }
}
