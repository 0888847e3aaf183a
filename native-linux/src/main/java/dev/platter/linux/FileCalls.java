package dev.platter.linux;

import java.lang.foreign.MemorySegment;

/**
 * The system calls a backend makes on files and block devices: the port between a backend and the
 * kernel, so that a test can put faults, short transfers and gates there. {@link LinuxFileCalls}
 * passes them to the C library one for one.
 *
 * <p>Every call answers its result, 0 or more, or {@code -errno}; none throws for what the kernel
 * says, and none retries, so {@code -EINTR} and short transfers reach the caller. One instance
 * belongs to one thread at a time. {@link #preadv2}, {@link #pwritev2}, {@link #fdatasync} and
 * {@link #fallocate} allocate nothing. Segments passed in are native memory, alive for the call.
 */
public interface FileCalls {
    /**
     * {@code open(2)}.
     *
     * @param path encoded as UTF-8; one with a NUL in it is {@code -EINVAL}
     * @param flags of {@link OpenFlags}; {@link OpenFlags#O_CLOEXEC} is not added
     * @param mode permissions of a file that the call creates
     * @return a file descriptor that the caller closes
     */
    int open(String path, int flags, int mode);

    /**
     * {@code close(2)}; whatever it answers, the descriptor is gone and must not be closed again.
     */
    int close(int fd);

    /**
     * {@code preadv2(2)}.
     *
     * @param iovecs an array of {@code struct iovec}
     * @param count how many of them, 0 to 1024 ({@code IOV_MAX})
     * @param offset in bytes from the start of the file
     * @param flags of {@link RwFlags}
     * @return bytes read, which may be fewer than asked; 0 at the end of the file
     */
    long preadv2(int fd, MemorySegment iovecs, int count, long offset, int flags);

    /**
     * {@code pwritev2(2)}; parameters as of {@link #preadv2}.
     *
     * @return bytes written, which may be fewer than asked
     */
    long pwritev2(int fd, MemorySegment iovecs, int count, long offset, int flags);

    /** {@code fdatasync(2)}. After a failure the data it should have covered may be lost. */
    int fdatasync(int fd);

    /**
     * {@code fallocate(2)}.
     *
     * @param mode of {@link FallocateModes}
     */
    int fallocate(int fd, int mode, long offset, long length);

    /**
     * {@code lseek(2)}, to find data and holes. The descriptor's own offset moves, which no other
     * call here minds.
     *
     * @param whence {@link SeekModes#SEEK_DATA} or {@link SeekModes#SEEK_HOLE}
     * @return the offset found; {@code -ENXIO} where there is none behind the one given
     */
    default long seek(int fd, long offset, int whence) {
        return -Errnos.ENOSYS;
    }

    /** {@code ftruncate(2)}. */
    int ftruncate(int fd, long length);

    /**
     * {@code ioctl(2)} with a pointer.
     *
     * @param request of {@link BlockIoctls}
     * @param argument what the request reads or writes, or {@link MemorySegment#NULL}
     */
    int ioctl(int fd, long request, MemorySegment argument);

    /**
     * {@code statx(2)} of an open file: all basic fields, and the alignment of direct I/O.
     *
     * @param out overwritten
     */
    int status(int fd, FileStatus out);

    /**
     * {@code fstatfs(2)}.
     *
     * @return the file system's magic number, of {@link FileSystems}
     */
    long fileSystem(int fd);

    /**
     * {@code fcntl(F_OFD_SETLK)}: takes or drops a lock of the open file description, without
     * waiting.
     *
     * @param type of {@link FileLocks}
     * @param start in bytes from the start of the file
     * @param length in bytes; 0 means to the end, however long the file grows
     * @return 0, or {@code -EAGAIN} when another holds a conflicting lock
     */
    int lock(int fd, int type, long start, long length);

    /**
     * {@code fcntl(F_OFD_GETLK)}: asks who would be in the way of a lock; parameters as of {@link
     * #lock}.
     *
     * @return the type of a conflicting lock, or {@link FileLocks#F_UNLCK} when there is none
     */
    int queryLock(int fd, int type, long start, long length);
}
