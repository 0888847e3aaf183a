package dev.platter.backend.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.platter.linux.Errnos;
import dev.platter.linux.IoUringCalls;
import dev.platter.linux.IoUringOp;
import dev.platter.linux.IoUringParams;
import dev.platter.linux.IoUringSq;
import dev.platter.linux.IoUringSqe;
import dev.platter.linux.IoUringWaitTime;
import dev.platter.linux.LinuxException;
import dev.platter.linux.LinuxIoUringCalls;
import dev.platter.linux.MappedFile;
import dev.platter.linux.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The real io_uring behind a script of faults. Before entries are handed to the kernel they are
 * looked at in the ring, and changed where the script wants it: a transfer cut short is a real
 * shorter one, an answered operation becomes one of the kernel's that does nothing and answers so.
 */
final class FaultRing implements IoUringCalls {
    /** {@code IORING_NOP_INJECT_RESULT}, since Linux 6.9: the answer is in the entry's length. */
    private static final int INJECT_RESULT = 1;

    private final IoUringCalls real;
    private final Script script;
    private final Arena scratch = Arena.ofAuto();
    private MappedFile queues;
    private MappedFile entries;
    private int headOffset;
    private int size;

    FaultRing(Arena arena, Script script) {
        real = new LinuxIoUringCalls(arena);
        this.script = script;
    }

    /** What a test wants to happen; each hook is called by the thread that enters the ring. */
    static class Script {
        /** The hook's answer where the operation is to be made. */
        static final long PASS = Long.MIN_VALUE;

        private final List<Call> calls = new ArrayList<>();
        private volatile boolean armed;

        final void arm() {
            armed = true;
        }

        /** Answers an operation in the host's place, or {@link #PASS}. */
        long before(Call call) {
            return PASS;
        }

        /** How many bytes of a transfer to ask the host for; 1 or more. */
        long limit(Call call) {
            return Long.MAX_VALUE;
        }

        /** Flags of a set-up that this kernel is not to know. */
        int unknownSetupFlags() {
            return 0;
        }

        /** How many entries one call takes at most, or a negative errno. */
        int takes(int submissions) {
            return submissions;
        }

        synchronized List<Call> calls() {
            return List.copyOf(calls);
        }

        synchronized List<Call> calls(String name) {
            return calls.stream().filter(call -> call.name.equals(name)).toList();
        }

        synchronized void forget() {
            calls.clear();
        }

        private synchronized Call add(Call call) {
            int number = (int) calls.stream().filter(c -> c.name.equals(call.name)).count() + 1;
            Call numbered =
                    new Call(
                            call.name,
                            call.offset,
                            call.length,
                            call.flags,
                            call.file,
                            call.linked,
                            number);
            calls.add(numbered);
            return numbered;
        }
    }

    /**
     * One operation.
     *
     * @param flags {@code rw_flags}, or the mode of a fallocate
     * @param file the place of its descriptor
     * @param linked whether the next is linked to it
     * @param number counts the operations of this name, from 1
     */
    record Call(
            String name,
            long offset,
            long length,
            int flags,
            int file,
            boolean linked,
            int number) {}

    @Override
    public int setup(int wanted, IoUringParams params) {
        if ((params.flags() & script.unknownSetupFlags()) != 0) {
            return -Errnos.EINVAL;
        }
        int fd = real.setup(wanted, params);
        if (fd >= 0) {
            try {
                queues = Memory.map(fd, IoUringSq.RING_OFFSET, 4096, false);
                long bytes = (long) params.submissions() * IoUringSqe.BYTES;
                entries = Memory.map(fd, IoUringSq.ENTRIES_OFFSET, bytes, true);
            } catch (LinuxException failure) {
                throw new AssertionError(failure);
            }
            headOffset = params.submissionHeadOffset();
            size = params.submissions();
        }
        return fd;
    }

    @Override
    public int register(int fd, int operation, MemorySegment argument, int count) {
        return real.register(fd, operation, argument, count);
    }

    @Override
    public int enter(int fd, int submissions, int completions, int flags) {
        int taken = meddled(submissions);
        return taken < 0
                ? taken
                : real.enter(fd, taken, wait(taken, submissions, completions), flags);
    }

    @Override
    public int enter(int fd, int submissions, int completions, int flags, IoUringWaitTime time) {
        int taken = meddled(submissions);
        return taken < 0
                ? taken
                : real.enter(fd, taken, wait(taken, submissions, completions), flags, time);
    }

    /** The kernel does not wait when it has not taken all. */
    private static int wait(int taken, int submissions, int completions) {
        return taken == submissions ? completions : 0;
    }

    private int meddled(int submissions) {
        int taken = script.armed ? script.takes(submissions) : submissions;
        if (taken < 0) {
            return taken;
        }
        if (script.armed) {
            int head = queues.segment().get(JAVA_INT, headOffset);
            for (int i = 0; i < taken; i++) {
                meddle((long) (head + i & (size - 1)) * IoUringSqe.BYTES);
            }
        }
        return taken;
    }

    private void meddle(long at) {
        MemorySegment sqe = entries.segment().asSlice(at, IoUringSqe.BYTES);
        int opcode = sqe.get(JAVA_BYTE, IoUringSqe.OPCODE);
        String name = name(opcode);
        if (name == null) {
            return;
        }
        boolean vectored = opcode == IoUringOp.READV || opcode == IoUringOp.WRITEV;
        boolean fallocate = opcode == IoUringOp.FALLOCATE;
        long length = sqe.get(JAVA_INT, IoUringSqe.LEN);
        if (vectored) {
            length = vectorBytes(vector(sqe));
        } else if (fallocate) {
            length = sqe.get(JAVA_LONG, IoUringSqe.ADDR);
        }
        int flags = sqe.get(JAVA_INT, fallocate ? IoUringSqe.LEN : IoUringSqe.OP_FLAGS);
        boolean linked = (sqe.get(JAVA_BYTE, IoUringSqe.FLAGS) & IoUringSqe.IO_LINK) != 0;
        Call seen =
                script.add(
                        new Call(
                                name,
                                sqe.get(JAVA_LONG, IoUringSqe.OFF),
                                length,
                                flags,
                                sqe.get(JAVA_INT, IoUringSqe.FD),
                                linked,
                                0));
        long answer = script.before(seen);
        if (answer != Script.PASS) {
            inject(sqe, (int) answer);
            return;
        }
        long limit = script.limit(seen);
        if (name.startsWith("p") && limit < length) {
            shorten(sqe, vectored, limit);
        }
    }

    private static String name(int opcode) {
        return switch (opcode) {
            case IoUringOp.READ, IoUringOp.READV -> "pread";
            case IoUringOp.WRITE, IoUringOp.WRITEV -> "pwrite";
            case IoUringOp.FSYNC -> "fdatasync";
            case IoUringOp.FALLOCATE -> "fallocate";
            default -> null;
        };
    }

    private static void inject(MemorySegment sqe, int answer) {
        byte flags = sqe.get(JAVA_BYTE, IoUringSqe.FLAGS);
        long userData = sqe.get(JAVA_LONG, IoUringSqe.USER_DATA);
        sqe.fill((byte) 0);
        sqe.set(JAVA_BYTE, IoUringSqe.OPCODE, (byte) IoUringOp.NOP);
        sqe.set(JAVA_BYTE, IoUringSqe.FLAGS, (byte) (flags & IoUringSqe.IO_LINK));
        sqe.set(JAVA_INT, IoUringSqe.LEN, answer);
        sqe.set(JAVA_INT, IoUringSqe.OP_FLAGS, INJECT_RESULT);
        sqe.set(JAVA_LONG, IoUringSqe.USER_DATA, userData);
    }

    private void shorten(MemorySegment sqe, boolean vectored, long limit) {
        if (!vectored) {
            sqe.set(JAVA_INT, IoUringSqe.LEN, (int) limit);
            return;
        }
        MemorySegment vector = vector(sqe);
        MemorySegment cut = scratch.allocate(vector.byteSize(), 8).copyFrom(vector);
        long left = limit;
        for (long at = 8; at < cut.byteSize(); at += 16) {
            long piece = cut.get(JAVA_LONG, at);
            cut.set(JAVA_LONG, at, Math.min(piece, left));
            left -= Math.min(piece, left);
        }
        sqe.set(JAVA_LONG, IoUringSqe.ADDR, cut.address());
    }

    @SuppressWarnings("restricted")
    private static MemorySegment vector(MemorySegment sqe) {
        long bytes = 16L * sqe.get(JAVA_INT, IoUringSqe.LEN);
        return MemorySegment.ofAddress(sqe.get(JAVA_LONG, IoUringSqe.ADDR)).reinterpret(bytes);
    }

    private static long vectorBytes(MemorySegment vector) {
        long sum = 0;
        for (long at = 8; at < vector.byteSize(); at += 16) {
            sum += vector.get(JAVA_LONG, at);
        }
        return sum;
    }
}
