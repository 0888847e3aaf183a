package dev.platter.backend.file;

import dev.platter.linux.BlockIoctls;
import dev.platter.linux.Errnos;
import dev.platter.linux.FallocateModes;
import dev.platter.linux.FileCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The host's calls that release or zero a range of an image, in the order of QEMU: the cheapest
 * that keeps the promise first, and what the host refused once is not tried again. One thread at a
 * time.
 *
 * <p>All of them block. None makes its effect durable.
 */
public final class ImageSpace {
    private static final int PUNCH =
            FallocateModes.FALLOC_FL_PUNCH_HOLE | FallocateModes.FALLOC_FL_KEEP_SIZE;
    private static final int ZERO =
            FallocateModes.FALLOC_FL_ZERO_RANGE | FallocateModes.FALLOC_FL_KEEP_SIZE;

    private final FileCalls calls;
    private final int fd;
    private final boolean blockDevice;

    /** {@code uint64_t range[2]} of {@code BLKDISCARD} and {@code BLKZEROOUT}: start and length. */
    private final MemorySegment range;

    private final SpaceSupport can;

    /**
     * Makes the calls of one queue.
     *
     * @param calls the queue's own
     * @param fd the queue's descriptor of the image
     * @param arena the lifetime of a small native buffer
     */
    public ImageSpace(FileCalls calls, int fd, boolean blockDevice, Arena arena) {
        this(calls, fd, blockDevice, new SpaceSupport(), arena);
    }

    /**
     * Makes the calls of one of several threads.
     *
     * @param calls the thread's own
     * @param fd the thread's descriptor of the image
     * @param support what the host has refused to any of the threads
     * @param arena the lifetime of a small native buffer
     */
    public ImageSpace(
            FileCalls calls, int fd, boolean blockDevice, SpaceSupport support, Arena arena) {
        this.calls = calls;
        can = support;
        this.fd = fd;
        this.blockDevice = blockDevice;
        range = arena.allocate(2 * ValueLayout.JAVA_LONG.byteSize(), Long.BYTES);
    }

    /**
     * Makes a range read as zeroes.
     *
     * @param mayUnmap whether its space may be released
     * @return 0, or a negative errno; {@code -EOPNOTSUPP} where the caller has to write zeroes
     */
    public int zero(long offsetBytes, long lengthBytes, boolean mayUnmap) {
        // On a block device, too, punching guarantees zeroes: the kernel refuses where it cannot.
        int answer = mayUnmap ? punch(offsetBytes, lengthBytes) : -Errnos.EOPNOTSUPP;
        if (answer != -Errnos.EOPNOTSUPP) {
            return answer;
        }
        if (blockDevice) {
            return zeroOut(offsetBytes, lengthBytes);
        }
        answer = zeroRange(offsetBytes, lengthBytes);
        if (answer != -Errnos.EOPNOTSUPP) {
            return answer;
        }
        answer = can.allocates ? punch(offsetBytes, lengthBytes) : answer;
        return answer == 0 ? allocate(offsetBytes, lengthBytes) : answer;
    }

    /**
     * Discards a range: of a file, so that it reads as zeroes; of a block device, with any
     * contents.
     *
     * @return 0, or a negative errno; {@code -EOPNOTSUPP} where the host cannot
     */
    public int discard(long offsetBytes, long lengthBytes) {
        if (!blockDevice) {
            return punch(offsetBytes, lengthBytes);
        }
        if (!can.discards) {
            return -Errnos.EOPNOTSUPP;
        }
        int answer = rangeIoctl(BlockIoctls.BLKDISCARD, offsetBytes, lengthBytes);
        if (answer == -Errnos.EOPNOTSUPP) {
            can.discards = false;
        }
        return answer;
    }

    private int punch(long offsetBytes, long lengthBytes) {
        if (!can.punches) {
            return -Errnos.EOPNOTSUPP;
        }
        int answer = fallocate(PUNCH, offsetBytes, lengthBytes);
        if (answer == -Errnos.EOPNOTSUPP) {
            can.punches = false;
        }
        return answer;
    }

    private int zeroRange(long offsetBytes, long lengthBytes) {
        if (!can.zeroesRanges) {
            return -Errnos.EOPNOTSUPP;
        }
        int answer = fallocate(ZERO, offsetBytes, lengthBytes);
        if (answer == -Errnos.EOPNOTSUPP) {
            can.zeroesRanges = false;
        }
        return answer;
    }

    private int allocate(long offsetBytes, long lengthBytes) {
        int answer = fallocate(FallocateModes.FALLOC_FL_KEEP_SIZE, offsetBytes, lengthBytes);
        if (answer == -Errnos.EOPNOTSUPP) {
            can.allocates = false;
        }
        return answer;
    }

    private int zeroOut(long offsetBytes, long lengthBytes) {
        if (!can.zeroesOut) {
            return -Errnos.EOPNOTSUPP;
        }
        int answer = rangeIoctl(BlockIoctls.BLKZEROOUT, offsetBytes, lengthBytes);
        if (answer == -Errnos.EOPNOTSUPP) {
            can.zeroesOut = false;
        }
        return answer;
    }

    private int fallocate(int mode, long offsetBytes, long lengthBytes) {
        int answer;
        do {
            answer = calls.fallocate(fd, mode, offsetBytes, lengthBytes);
        } while (answer == -Errnos.EINTR);
        return unified(answer);
    }

    private int rangeIoctl(long request, long offsetBytes, long lengthBytes) {
        range.setAtIndex(ValueLayout.JAVA_LONG, 0, offsetBytes);
        range.setAtIndex(ValueLayout.JAVA_LONG, 1, lengthBytes);
        int answer;
        do {
            answer = calls.ioctl(fd, request, range);
        } while (answer == -Errnos.EINTR);
        return unified(answer);
    }

    /** The three numbers by which hosts say that they do not know an operation, as one. */
    private static int unified(int answer) {
        return answer == -Errnos.ENOSYS || answer == -Errnos.ENOTTY ? -Errnos.EOPNOTSUPP : answer;
    }
}
