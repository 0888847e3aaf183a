package dev.platter.backend.uring;

import dev.platter.api.block.BackendException;
import dev.platter.linux.Errnos;
import dev.platter.linux.IoUringCalls;
import dev.platter.linux.IoUringOp;
import dev.platter.linux.IoUringRegister;
import dev.platter.linux.Kernel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/** The question whether this machine's io_uring will do, and the sentences that say why not. */
final class UringSupport {
    private static final Path SWITCH = Path.of("/proc/sys/kernel/io_uring_disabled");

    /** Every operation that is submitted; a kernel may leave any of them out. */
    private static final int[] OPERATIONS = {
        IoUringOp.NOP,
        IoUringOp.READV,
        IoUringOp.WRITEV,
        IoUringOp.FSYNC,
        IoUringOp.POLL_ADD,
        IoUringOp.POLL_REMOVE,
        IoUringOp.ASYNC_CANCEL,
        IoUringOp.FALLOCATE,
        IoUringOp.READ,
        IoUringOp.WRITE
    };

    private static final int PROBE_ENTRIES = 64;

    private UringSupport() {}

    /**
     * Sets up a small ring and asks it for the operations.
     *
     * @return what the kernel grants
     * @throws BackendException with a sentence on what is lacking
     */
    static RingGrant require(IoUringCalls calls) throws BackendException {
        try (Ring ring = Ring.open(calls, 1, 1, RingUse.WAITED_IN)) {
            if (!knowsOperations(ring)) {
                throw new BackendException(tooOld(), Errnos.ENOSYS);
            }
            return ring.grant();
        }
    }

    private static boolean knowsOperations(Ring ring) {
        try (Arena arena = Arena.ofConfined()) {
            long bytes =
                    IoUringRegister.PROBE_BYTES
                            + (long) PROBE_ENTRIES * IoUringRegister.PROBE_ENTRY_BYTES;
            MemorySegment probe = arena.allocate(bytes, Long.BYTES);
            if (ring.register(IoUringRegister.PROBE, probe, PROBE_ENTRIES) < 0) {
                return false;
            }
            for (int operation : OPERATIONS) {
                long entry =
                        IoUringRegister.PROBE_BYTES
                                + (long) operation * IoUringRegister.PROBE_ENTRY_BYTES;
                int flags =
                        probe.get(
                                ValueLayout.JAVA_SHORT, entry + IoUringRegister.PROBE_FLAGS_OFFSET);
                if ((flags & IoUringRegister.PROBE_SUPPORTED) == 0) {
                    return false;
                }
            }
            return true;
        }
    }

    /** The sentence of a refusal of {@link #require}. */
    static String sentence(BackendException refusal) {
        return String.valueOf(refusal.getMessage());
    }

    /** Why a ring could not be set up. */
    static String refusal(int errno) {
        return switch (errno) {
            case Errnos.ENOSYS -> "Linux " + Kernel.release() + " has no io_uring";
            case Errnos.EPERM -> forbidden();
            case Errnos.ENOMEM ->
                    "io_uring is refused for lack of lockable memory: raise the limit with"
                            + " ulimit -l";
            case Errnos.EMFILE, Errnos.ENFILE ->
                    "io_uring is refused as too many files are open: raise the limit with"
                            + " ulimit -n";
            default -> "io_uring cannot be set up: " + Errnos.message(errno);
        };
    }

    private static String forbidden() {
        String disabled = disabled();
        return disabled.isEmpty() || disabled.equals("0")
                ? "io_uring is forbidden to this process, probably by the seccomp filter of its"
                        + " container"
                : "io_uring is switched off by the system: sysctl kernel.io_uring_disabled is "
                        + disabled;
    }

    private static String disabled() {
        try {
            return Files.readString(SWITCH).strip();
        } catch (IOException absent) {
            return "";
        }
    }

    /** The sentence for a kernel whose io_uring lacks what is needed. */
    static String tooOld() {
        return "the io_uring of Linux "
                + Kernel.release()
                + " is too old: Linux 5.13 or later is needed";
    }
}
