package dev.platter.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** {@link FileCalls} by the C library, each method one call. */
public final class LinuxFileCalls implements FileCalls {
    private static final int AT_EMPTY_PATH = 0x1000;

    private static final FunctionDescriptor VECTORED =
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final FunctionDescriptor OF_FD = FunctionDescriptor.of(JAVA_INT, JAVA_INT);

    private static final MethodHandle OPEN =
            Downcalls.linkVariadic(
                    "open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT), 2);
    private static final MethodHandle CLOSE = Downcalls.link("close", OF_FD);
    private static final MethodHandle PREADV2 = Downcalls.link("preadv2", VECTORED);
    private static final MethodHandle PWRITEV2 = Downcalls.link("pwritev2", VECTORED);
    private static final MethodHandle FDATASYNC = Downcalls.link("fdatasync", OF_FD);
    private static final MethodHandle STATX =
            Downcalls.link(
                    "statx",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle FSTATFS =
            Downcalls.link("fstatfs", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle FCNTL =
            Downcalls.linkVariadic(
                    "fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS), 2);

    /** {@code sizeof(struct statfs)} on 64-bit Linux; {@code f_type} is its first word. */
    private static final long STATFS_BYTES = 120;

    /** {@code sizeof(struct iovec)} on 64-bit Linux. */
    private static final long IOVEC_BYTES = 16;

    private final CallState state;
    private final MemorySegment emptyPath;
    private final MemorySegment statfs;
    private final MemorySegment flock;

    /**
     * Allocates the few native buffers the calls need.
     *
     * @param arena their lifetime; a confined one limits the instance to its thread
     */
    public LinuxFileCalls(Arena arena) {
        state = new CallState(arena);
        emptyPath = arena.allocateFrom("");
        statfs = arena.allocate(STATFS_BYTES, Long.BYTES);
        flock = arena.allocate(FileLocks.FLOCK_BYTES, Long.BYTES);
    }

    @Override
    public int open(String path, int flags, int mode) {
        if (path.indexOf('\0') >= 0) {
            return -Errnos.EINVAL;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path);
            return state.answer((int) OPEN.invokeExact(state.segment(), name, flags, mode));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    @Override
    public int close(int fd) {
        try {
            return state.answer((int) CLOSE.invokeExact(state.segment(), fd));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    @Override
    public long preadv2(int fd, MemorySegment iovecs, int count, long offset, int flags) {
        requireEntries(iovecs, count);
        try {
            return state.answer(
                    (long) PREADV2.invokeExact(state.segment(), fd, iovecs, count, offset, flags));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    @Override
    public long pwritev2(int fd, MemorySegment iovecs, int count, long offset, int flags) {
        requireEntries(iovecs, count);
        try {
            return state.answer(
                    (long) PWRITEV2.invokeExact(state.segment(), fd, iovecs, count, offset, flags));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    @Override
    public int fdatasync(int fd) {
        try {
            return state.answer((int) FDATASYNC.invokeExact(state.segment(), fd));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    @Override
    public int fallocate(int fd, int mode, long offset, long length) {
        try {
            return state.answer(
                    (int) Lazy.FALLOCATE.invokeExact(state.segment(), fd, mode, offset, length));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    @Override
    public long seek(int fd, long offset, int whence) {
        try {
            return state.answer((long) Lazy.LSEEK.invokeExact(state.segment(), fd, offset, whence));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    @Override
    public int ftruncate(int fd, long length) {
        try {
            return state.answer((int) Lazy.FTRUNCATE.invokeExact(state.segment(), fd, length));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    @Override
    public int ioctl(int fd, long request, MemorySegment argument) {
        try {
            return state.answer(
                    (int) Lazy.IOCTL.invokeExact(state.segment(), fd, request, argument));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    @Override
    public int status(int fd, FileStatus out) {
        try {
            return state.answer(
                    (int)
                            STATX.invokeExact(
                                    state.segment(),
                                    fd,
                                    emptyPath,
                                    AT_EMPTY_PATH,
                                    FileStatus.REQUEST_MASK,
                                    out.segment()));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    @Override
    public long fileSystem(int fd) {
        try {
            int answer = state.answer((int) FSTATFS.invokeExact(state.segment(), fd, statfs));
            return answer < 0 ? answer : statfs.get(JAVA_LONG, 0);
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    @Override
    public int lock(int fd, int type, long start, long length) {
        return lockControl(fd, FileLocks.F_OFD_SETLK, type, start, length);
    }

    @Override
    public int queryLock(int fd, int type, long start, long length) {
        int answer = lockControl(fd, FileLocks.F_OFD_GETLK, type, start, length);
        return answer < 0 ? answer : flock.get(JAVA_SHORT, FileLocks.TYPE_OFFSET);
    }

    /** The kernel would read past a short array; a negative count it refuses by itself. */
    private static void requireEntries(MemorySegment iovecs, int count) {
        if (count > iovecs.byteSize() / IOVEC_BYTES) {
            throw new IndexOutOfBoundsException("more entries than the array holds");
        }
    }

    private int lockControl(int fd, int command, int type, long start, long length) {
        // All of it is zeroed first: l_whence 0 is SEEK_SET, and OFD locks require l_pid 0.
        flock.fill((byte) 0);
        flock.set(JAVA_SHORT, FileLocks.TYPE_OFFSET, (short) type);
        flock.set(JAVA_LONG, FileLocks.START_OFFSET, start);
        flock.set(JAVA_LONG, FileLocks.LENGTH_OFFSET, length);
        try {
            return state.answer((int) FCNTL.invokeExact(state.segment(), fd, command, flock));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    /** Linked when first used: see {@link Downcalls}. */
    private static final class Lazy {
        static final MethodHandle FALLOCATE =
                Downcalls.link(
                        "fallocate",
                        FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
        static final MethodHandle LSEEK =
                Downcalls.link(
                        "lseek", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
        static final MethodHandle FTRUNCATE =
                Downcalls.link("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
        static final MethodHandle IOCTL =
                Downcalls.linkVariadic(
                        "ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS), 2);
    }
}
