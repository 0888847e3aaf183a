package dev.platter.backend.posix;

import dev.platter.linux.FileCalls;
import dev.platter.linux.FileStatus;
import dev.platter.linux.LinuxFileCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Real host calls behind a script of faults: it sees each data call, may answer it, cut it short or
 * hold it, and the calls that were made are kept for the test to look at. All instances of one test
 * share a script.
 */
final class FaultFileCalls implements FileCalls {
    private final FileCalls real;
    private final Script script;

    FaultFileCalls(Arena arena, Script script) {
        real = new LinuxFileCalls(arena);
        this.script = script;
    }

    /** What a test wants to happen; each hook is called by the thread that makes the call. */
    static class Script {
        /** The hook's answer where the call is to be made. */
        static final long PASS = Long.MIN_VALUE;

        private final List<Call> calls = new ArrayList<>();
        private volatile boolean armed;

        /** From now on calls are recorded and meddled with: the disk is open. */
        final void arm() {
            armed = true;
        }

        /** Answers a call in the host's place, or {@link #PASS}. */
        long before(Call call) throws Exception {
            return PASS;
        }

        /** Sees, and may change, the host's answer. */
        long after(Call call, long answer) throws Exception {
            return answer;
        }

        /** How many bytes of a transfer to ask the host for; 0 or more. */
        long limit(Call call) {
            return Long.MAX_VALUE;
        }

        /** Refuses to open a file by a negative errno, or 0. */
        int open() {
            return 0;
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

        /** Whether to keep the calls that were made, and to number them. */
        boolean records() {
            return true;
        }

        private synchronized Call add(Call call) {
            Call numbered =
                    new Call(
                            call.name,
                            call.offset,
                            call.length,
                            call.flags,
                            (int) calls.stream().filter(c -> c.name.equals(call.name)).count() + 1);
            calls.add(numbered);
            return numbered;
        }
    }

    /**
     * One call.
     *
     * @param number counts the calls of this name, from 1
     */
    record Call(String name, long offset, long length, int flags, int number) {}

    private interface Real {
        long call();
    }

    private long through(String name, long offset, long length, int flags, Real real) {
        if (!script.armed) {
            return real.call();
        }
        Call call = new Call(name, offset, length, flags, 0);
        Call seen = script.records() ? script.add(call) : call;
        try {
            long answer = script.before(seen);
            return script.after(seen, answer == Script.PASS ? real.call() : answer);
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }

    @Override
    public long preadv2(int fd, MemorySegment iovecs, int count, long offset, int flags) {
        return transfer("preadv2", fd, iovecs, count, offset, flags);
    }

    @Override
    public long pwritev2(int fd, MemorySegment iovecs, int count, long offset, int flags) {
        return transfer("pwritev2", fd, iovecs, count, offset, flags);
    }

    private long transfer(
            String name, int fd, MemorySegment iovecs, int count, long offset, int flags) {
        long length = 0;
        for (int i = 0; i < count; i++) {
            length += iovecs.get(ValueLayout.JAVA_LONG, i * 16L + 8);
        }
        long total = length;
        return through(
                name,
                offset,
                total,
                flags,
                () -> {
                    long limit =
                            script.armed
                                    ? script.limit(new Call(name, offset, total, flags, 0))
                                    : total;
                    if (limit >= total) {
                        return call(name, fd, iovecs, count, offset, flags);
                    }
                    return shortened(name, fd, iovecs, count, offset, flags, limit);
                });
    }

    private long shortened(
            String name,
            int fd,
            MemorySegment iovecs,
            int count,
            long offset,
            int flags,
            long limit) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cut = arena.allocate(iovecs.byteSize(), 8).copyFrom(iovecs);
            long left = limit;
            for (int i = 0; i < count; i++) {
                long piece = cut.get(ValueLayout.JAVA_LONG, i * 16L + 8);
                cut.set(ValueLayout.JAVA_LONG, i * 16L + 8, Math.min(piece, left));
                left -= Math.min(piece, left);
            }
            return call(name, fd, cut, count, offset, flags);
        }
    }

    private long call(
            String name, int fd, MemorySegment iovecs, int count, long offset, int flags) {
        return name.equals("preadv2")
                ? real.preadv2(fd, iovecs, count, offset, flags)
                : real.pwritev2(fd, iovecs, count, offset, flags);
    }

    @Override
    public int fdatasync(int fd) {
        return (int) through("fdatasync", 0, 0, 0, () -> real.fdatasync(fd));
    }

    @Override
    public int fallocate(int fd, int mode, long offset, long length) {
        return (int)
                through(
                        "fallocate",
                        offset,
                        length,
                        mode,
                        () -> real.fallocate(fd, mode, offset, length));
    }

    @Override
    public int ioctl(int fd, long request, MemorySegment argument) {
        return (int) through("ioctl", request, 0, 0, () -> real.ioctl(fd, request, argument));
    }

    @Override
    public int open(String path, int flags, int mode) {
        int refused = script.armed ? script.open() : 0;
        return refused < 0 ? refused : real.open(path, flags, mode);
    }

    @Override
    public int close(int fd) {
        return real.close(fd);
    }

    @Override
    public int ftruncate(int fd, long length) {
        return real.ftruncate(fd, length);
    }

    @Override
    public int status(int fd, FileStatus out) {
        return real.status(fd, out);
    }

    @Override
    public long fileSystem(int fd) {
        return real.fileSystem(fd);
    }

    @Override
    public int lock(int fd, int type, long start, long length) {
        return real.lock(fd, type, start, length);
    }

    @Override
    public int queryLock(int fd, int type, long start, long length) {
        return real.queryLock(fd, type, start, length);
    }
}
