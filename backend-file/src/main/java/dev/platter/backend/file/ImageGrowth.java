package dev.platter.backend.file;

import dev.platter.api.block.BackendException;
import dev.platter.linux.BlockIoctls;
import dev.platter.linux.FileCalls;
import dev.platter.linux.FileStatus;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;

/** Makes room on the host for an image that is to become larger. */
final class ImageGrowth {
    private final ImageFile image;
    private final FileCalls calls;

    ImageGrowth(ImageFile image, FileCalls calls) {
        this.image = image;
        this.calls = calls;
    }

    /** Returns once the host has the room, and will have it after a power cut. */
    void to(long newBytes) throws BackendException {
        check(newBytes);
        // A description of its own: an error of write-back that it is told of is not taken from
        // the queues, nor from the one that flushes.
        int fd = image.openAnother(calls);
        try (Arena arena = Arena.ofConfined()) {
            long hostBytes = hostSize(fd, arena);
            if (image.blockDevice()) {
                requireDevice(newBytes, hostBytes);
                return;
            }
            // A file that somebody has made larger already keeps what it has.
            if (hostBytes < newBytes) {
                require(calls.ftruncate(fd, newBytes), "grow");
            }
            require(calls.fdatasync(fd), "make durable the new size of");
        } finally {
            calls.close(fd);
        }
    }

    private void check(long newBytes) throws BackendException {
        int alignmentBytes = image.limits().requestAlignmentBytes();
        if (image.readOnly()) {
            throw new BackendException(image.path() + " is read-only and cannot be resized");
        }
        if (newBytes < image.sizeBytes()) {
            throw new BackendException(
                    image.path()
                            + " has "
                            + Sizes.text(image.sizeBytes())
                            + " and cannot be made smaller while it is open");
        }
        if (newBytes % alignmentBytes != 0) {
            throw new BackendException(
                    "a size of "
                            + newBytes
                            + " bytes is not a multiple of the "
                            + alignmentBytes
                            + " that the host of "
                            + image.path()
                            + " reads and writes at once");
        }
    }

    private long hostSize(int fd, Arena arena) throws BackendException {
        if (image.blockDevice()) {
            var number = arena.allocate(ValueLayout.JAVA_LONG);
            require(calls.ioctl(fd, BlockIoctls.BLKGETSIZE64, number), "find the size of");
            return number.get(ValueLayout.JAVA_LONG, 0);
        }
        FileStatus status = new FileStatus(arena);
        require(calls.status(fd, status), "examine");
        return status.sizeBytes();
    }

    private void requireDevice(long newBytes, long hostBytes) throws BackendException {
        if (newBytes > hostBytes) {
            throw new BackendException(
                    image.path()
                            + " is a block device of "
                            + Sizes.text(hostBytes)
                            + ": grow the device first");
        }
    }

    private void require(int answer, String operation) throws BackendException {
        if (answer < 0) {
            throw HostFailures.of(operation, image.path(), answer);
        }
    }
}
