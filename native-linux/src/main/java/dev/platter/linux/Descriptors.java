package dev.platter.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** System calls on any kind of file descriptor. Any thread may make them. */
public final class Descriptors {
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;

    private static final FunctionDescriptor TRANSFER =
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle CLOSE =
            Downcalls.link("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle FCNTL =
            Downcalls.linkVariadic(
                    "fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), 2);

    private Descriptors() {}

    /** {@code close(2)}: 0 or {@code -errno}; either way the descriptor is gone. */
    public static int close(int fd) {
        try {
            CallState state = CallState.ofThread();
            return state.answer((int) CLOSE.invokeExact(state.segment(), fd));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    /** A new descriptor, closed on exec, of the same open file description. */
    public static int dup(int fd) throws LinuxException {
        return LinuxException.check(fcntl(fd, F_DUPFD_CLOEXEC, 0), "dup", fd);
    }

    /** A pipe, closed on exec: the end to read from, and the end to write to. */
    public static int[] pipe() throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(JAVA_INT, 2);
            LinuxException.check(pipe2(ends, OpenFlags.O_CLOEXEC), "pipe2", "");
            return ends.toArray(JAVA_INT);
        }
    }

    /** {@code read(2)}: bytes read, 0 at the end, or {@code -errno}. Allocates nothing. */
    public static long read(int fd, MemorySegment target, long lengthBytes) {
        requireWithin(target, lengthBytes);
        try {
            CallState state = CallState.ofThread();
            return state.answer(
                    (long) Lazy.READ.invokeExact(state.segment(), fd, target, lengthBytes));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    /** {@code write(2)}: bytes written, or {@code -errno}. Allocates nothing. */
    public static long write(int fd, MemorySegment source, long lengthBytes) {
        requireWithin(source, lengthBytes);
        try {
            CallState state = CallState.ofThread();
            return state.answer(
                    (long) Lazy.WRITE.invokeExact(state.segment(), fd, source, lengthBytes));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    /** Sets {@code O_NONBLOCK} on the open file description, for all who share it. */
    public static void setNonBlocking(int fd) throws LinuxException {
        int flags = LinuxException.check(fcntl(fd, F_GETFL, 0), "fcntl(F_GETFL)", fd);
        LinuxException.check(
                fcntl(fd, F_SETFL, flags | OpenFlags.O_NONBLOCK), "fcntl(F_SETFL)", fd);
    }

    /** How many descriptors the process has open; for tests that look for leaks. */
    public static int openCount() {
        try (Stream<Path> entries = Files.list(Path.of("/proc/self/fd"))) {
            // The listing itself holds one of those it counts.
            return Math.toIntExact(entries.count()) - 1;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int fcntl(int fd, int command, int argument) {
        try {
            CallState state = CallState.ofThread();
            return state.answer((int) FCNTL.invokeExact(state.segment(), fd, command, argument));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    private static int pipe2(MemorySegment ends, int flags) {
        try {
            CallState state = CallState.ofThread();
            return state.answer((int) Lazy.PIPE2.invokeExact(state.segment(), ends, flags));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    static void requireWithin(MemorySegment segment, long lengthBytes) {
        if (lengthBytes < 0 || lengthBytes > segment.byteSize()) {
            throw new IndexOutOfBoundsException("length lies outside the segment");
        }
    }

    /** Linked when first used: see {@link Downcalls}. */
    private static final class Lazy {
        static final MethodHandle READ = Downcalls.link("read", TRANSFER);
        static final MethodHandle WRITE = Downcalls.link("write", TRANSFER);
        static final MethodHandle PIPE2 =
                Downcalls.link("pipe2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    }
}
