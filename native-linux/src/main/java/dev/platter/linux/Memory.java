package dev.platter.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Memory that can be shared with another process: {@code memfd_create(2)} and {@code mmap(2)}. */
public final class Memory {
    private static final int MFD_CLOEXEC = 0x1;
    private static final int MFD_ALLOW_SEALING = 0x2;
    private static final int F_ADD_SEALS = 1033;
    private static final int F_SEAL_SEAL = 0x1;
    private static final int F_SEAL_SHRINK = 0x2;
    private static final int F_SEAL_GROW = 0x4;
    private static final int PROT_READ = 0x1;
    private static final int PROT_WRITE = 0x2;
    private static final int MAP_SHARED = 0x01;

    private static final MethodHandle MEMFD_CREATE =
            Downcalls.link("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle MMAP =
            Downcalls.link(
                    "mmap",
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT,
                            JAVA_LONG));
    private static final MethodHandle MUNMAP =
            Downcalls.link("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));

    private Memory() {}

    /**
     * A new file in memory, full of zeros. Its size is sealed: no one who gets the descriptor can
     * cut it short under our mapping.
     *
     * @param name shown in {@code /proc}; no meaning otherwise
     * @return its descriptor, closed on exec, which the caller closes
     */
    public static int memfd(String name, long sizeBytes) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            int fd = memfdCreate(arena.allocateFrom(name));
            LinuxException.check(fd, "memfd_create", name);
            return fixedSize(fd, sizeBytes, new LinuxFileCalls(arena));
        }
    }

    private static int fixedSize(int fd, long sizeBytes, LinuxFileCalls calls)
            throws LinuxException {
        try {
            LinuxException.check(calls.ftruncate(fd, sizeBytes), "ftruncate", fd);
            int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW;
            int answer = Descriptors.fcntl(fd, F_ADD_SEALS, seals);
            LinuxException.check(answer, "fcntl(F_ADD_SEALS)", fd);
            return fd;
        } catch (LinuxException e) {
            Descriptors.close(fd);
            throw e;
        }
    }

    /**
     * Maps a part of a file, shared with all who map it. The descriptor may be closed afterwards.
     *
     * @param offsetBytes a multiple of the page size ({@link Kernel#pageSize()}), or of the huge
     *     page's for a file on hugetlbfs
     * @param lengthBytes 1 or more
     */
    public static MappedFile map(int fd, long offsetBytes, long lengthBytes, boolean writable)
            throws LinuxException {
        int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
        CallState state = CallState.ofThread();
        long address;
        try {
            address =
                    (long)
                            MMAP.invokeExact(
                                    state.segment(),
                                    0L,
                                    lengthBytes,
                                    protection,
                                    MAP_SHARED,
                                    fd,
                                    offsetBytes);
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
        if (address == -1) {
            throw new LinuxException("mmap", fd, state.errno());
        }
        return new MappedFile(address, lengthBytes, writable);
    }

    static void unmap(MemorySegment segment) {
        try {
            CallState state = CallState.ofThread();
            int answer =
                    (int)
                            MUNMAP.invokeExact(
                                    state.segment(), segment.address(), segment.byteSize());
            if (answer < 0) {
                throw new IllegalStateException("munmap failed: " + Errnos.message(state.errno()));
            }
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    private static int memfdCreate(MemorySegment name) {
        try {
            CallState state = CallState.ofThread();
            return state.answer(
                    (int)
                            MEMFD_CREATE.invokeExact(
                                    state.segment(), name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }
}
