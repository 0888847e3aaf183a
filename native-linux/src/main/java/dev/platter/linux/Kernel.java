package dev.platter.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the running kernel is and allows. Any thread may ask. */
public final class Kernel {
    /** {@code struct utsname} of the C library: six strings of 65 bytes, the release the third. */
    private static final int UTSNAME_FIELD_BYTES = 65;

    private static final int UTSNAME_FIELDS = 6;
    private static final int RELEASE_FIELD = 2;

    /** Source: {@code asm-generic/resource.h}. */
    private static final int RLIMIT_MEMLOCK = 8;

    private static final long RLIM_INFINITY = -1;

    /** The number of {@code io_uring_setup}, the same on every architecture. */
    private static final long SYS_IO_URING_SETUP = 425;

    /** {@code sizeof(struct io_uring_params)}. Source: {@code linux/io_uring.h}. */
    private static final long IO_URING_PARAMS_BYTES = 120;

    private static final int PROBE_ENTRIES = 2;
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");

    private static final MethodHandle UNAME =
            Downcalls.link("uname", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle GETPAGESIZE =
            Downcalls.link("getpagesize", FunctionDescriptor.of(JAVA_INT));
    private static final MethodHandle GETPID =
            Downcalls.link("getpid", FunctionDescriptor.of(JAVA_INT));
    private static final MethodHandle GETRLIMIT =
            Downcalls.link("getrlimit", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle IO_URING_SETUP =
            Downcalls.linkVariadic(
                    "syscall", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS), 1);

    private static final String RELEASE = readRelease();
    private static final int PAGE_SIZE = readPageSize();

    private Kernel() {}

    /** The kernel's release, as {@code uname -r} prints it. */
    public static String release() {
        return RELEASE;
    }

    /** Whether the kernel is of this version or a later one; it says nothing of backports. */
    public static boolean atLeast(int major, int minor) {
        return atLeast(RELEASE, major, minor);
    }

    static boolean atLeast(String release, int major, int minor) {
        Matcher version = VERSION.matcher(release);
        if (!version.matches()) {
            return false;
        }
        int actualMajor = Integer.parseInt(version.group(1));
        int actualMinor = Integer.parseInt(version.group(2));
        return actualMajor > major || (actualMajor == major && actualMinor >= minor);
    }

    /** The size of a page in bytes. */
    public static int pageSize() {
        return PAGE_SIZE;
    }

    /** The number of this process. */
    public static int processId() {
        try {
            return (int) GETPID.invokeExact(CallState.ofThread().segment());
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    /** How much memory the process may lock ({@code RLIMIT_MEMLOCK}), in bytes; -1 for any. */
    public static long lockedMemoryLimitBytes() {
        try (Arena arena = Arena.ofConfined()) {
            CallState state = new CallState(arena);
            MemorySegment limit = arena.allocate(JAVA_LONG, 2);
            int answer = (int) GETRLIMIT.invokeExact(state.segment(), RLIMIT_MEMLOCK, limit);
            if (answer < 0) {
                throw new IllegalStateException("getrlimit: " + Errnos.name(state.errno()));
            }
            long soft = limit.getAtIndex(JAVA_LONG, 0);
            return soft == RLIM_INFINITY ? -1 : soft;
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    /**
     * Whether the process may use io_uring: sets up a small ring and closes it.
     *
     * @return 0, or {@code -errno}: {@code ENOSYS} where the kernel has none, {@code EPERM} where
     *     it is forbidden ({@code kernel.io_uring_disabled}, a seccomp filter), {@code ENOMEM}
     *     where too little memory may be locked
     */
    public static int ioUringProbe() {
        try (Arena arena = Arena.ofConfined()) {
            CallState state = new CallState(arena);
            MemorySegment params = arena.allocate(IO_URING_PARAMS_BYTES, Long.BYTES);
            long answer =
                    state.answer(
                            (long)
                                    IO_URING_SETUP.invokeExact(
                                            state.segment(),
                                            SYS_IO_URING_SETUP,
                                            PROBE_ENTRIES,
                                            params));
            return answer < 0 ? (int) answer : Descriptors.close((int) answer);
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    private static String readRelease() {
        try (Arena arena = Arena.ofConfined()) {
            CallState state = new CallState(arena);
            MemorySegment names = arena.allocate((long) UTSNAME_FIELD_BYTES * UTSNAME_FIELDS);
            int answer = state.answer((int) UNAME.invokeExact(state.segment(), names));
            return answer < 0 ? "" : names.getString((long) UTSNAME_FIELD_BYTES * RELEASE_FIELD);
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    private static int readPageSize() {
        try {
            return (int) GETPAGESIZE.invokeExact(CallState.ofThread().segment());
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }
}
