package dev.platter.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** What the kernel keeps of a file in memory. */
public final class PageCache {
    /** Source: {@code linux/fadvise.h}. */
    private static final int POSIX_FADV_DONTNEED = 4;

    private static final MethodHandle POSIX_FADVISE =
            Downcalls.link(
                    "posix_fadvise",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));

    private PageCache() {}

    /**
     * Writes back what is dirty of a file, and drops what is clean then.
     *
     * @throws LinuxException if it cannot be opened or written back
     */
    public static void drop(Path file) throws LinuxException {
        String path = file.toString();
        try (Arena arena = Arena.ofConfined()) {
            LinuxFileCalls calls = new LinuxFileCalls(arena);
            int flags = OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC;
            int fd = LinuxException.check(calls.open(path, flags, 0), "open", path);
            try {
                LinuxException.check(calls.fdatasync(fd), "fdatasync", path);
                // Answers the error itself, not -1 and errno.
                LinuxException.check(-dontNeed(fd), "posix_fadvise", path);
            } finally {
                calls.close(fd);
            }
        }
    }

    private static int dontNeed(int fd) {
        try {
            CallState state = CallState.ofThread();
            return (int)
                    POSIX_FADVISE.invokeExact(state.segment(), fd, 0L, 0L, POSIX_FADV_DONTNEED);
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }
}
