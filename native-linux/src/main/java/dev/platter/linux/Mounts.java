package dev.platter.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * File systems put in place and taken away: {@code mount(2)} and {@code umount2(2)}. Any thread may
 * call; the kernel asks for {@code CAP_SYS_ADMIN}. Source: {@code linux/mount.h}.
 */
public final class Mounts {
    /** Set-user-ID bits are not heeded there. */
    public static final long MS_NOSUID = 0x2;

    /** Device files are not heeded there. */
    public static final long MS_NODEV = 0x4;

    /** {@code umount2}: what is in progress is ended; of FUSE, by an abort of the connection. */
    public static final int MNT_FORCE = 0x1;

    /** {@code umount2}: taken out of the tree now, ended when its last user is gone. */
    public static final int MNT_DETACH = 0x2;

    private static final MethodHandle MOUNT =
            Downcalls.link(
                    "mount",
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
    private static final MethodHandle UMOUNT2 =
            Downcalls.link("umount2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));

    private Mounts() {}

    /**
     * {@code mount(2)}.
     *
     * @param source what is mounted, or a name to be shown where the file system has no device
     * @param target an existing folder
     * @param type the file system's name, as in {@code /proc/filesystems}
     * @param flags of this class
     * @param options the file system's own, separated by commas
     */
    public static void mount(String source, String target, String type, long flags, String options)
            throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            CallState state = new CallState(arena);
            MemorySegment from = arena.allocateFrom(source);
            MemorySegment at = arena.allocateFrom(target);
            MemorySegment name = arena.allocateFrom(type);
            MemorySegment data = arena.allocateFrom(options);
            int answer =
                    state.answer(
                            (int) MOUNT.invokeExact(state.segment(), from, at, name, flags, data));
            LinuxException.check(answer, "mount", target);
        } catch (LinuxException failure) {
            throw failure;
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }

    /**
     * {@code umount2(2)}.
     *
     * @param flags {@link #MNT_FORCE} and {@link #MNT_DETACH}, or 0
     */
    public static void unmount(String target, int flags) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            CallState state = new CallState(arena);
            MemorySegment at = arena.allocateFrom(target);
            int answer = state.answer((int) UMOUNT2.invokeExact(state.segment(), at, flags));
            LinuxException.check(answer, "umount2", target);
        } catch (LinuxException failure) {
            throw failure;
        } catch (Throwable failure) {
            throw Downcalls.rethrown(failure);
        }
    }
}
