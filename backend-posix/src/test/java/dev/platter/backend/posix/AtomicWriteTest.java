package dev.platter.backend.posix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.AtomicWriteLimits;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.Errno;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import dev.platter.conformance.gate.CallHook;
import dev.platter.conformance.gate.HookedCalls;
import dev.platter.linux.FileStatus;
import dev.platter.linux.LinuxFileCalls;
import dev.platter.linux.RwFlags;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Atomic writes on a kernel that says it has them for the file, and what it is then asked. */
@Timeout(60)
class AtomicWriteTest {
    private static final int MOST = 8192;

    @TempDir(factory = InTarget.class)
    private Path folder;

    /** Flags and number of pieces of each write. */
    private final List<String> writes = new ArrayList<>();

    private final Arena arena = Arena.ofAuto();

    /** The kernel, but for what it says of atomic writes, and that it makes them as plain ones. */
    private long call(String call, Object[] arguments, CallHook.Real real) {
        if (call.equals("pwritev2")) {
            int flags = (Integer) arguments[4];
            writes.add("%x of %d".formatted(flags, (Integer) arguments[2]));
            arguments[4] = flags & ~RwFlags.RWF_ATOMIC;
        }
        long answer = real.call();
        if (call.equals("status")) {
            tellAtomic((FileStatus) arguments[1]);
        }
        return answer;
    }

    private static void tellAtomic(FileStatus status) {
        int mask = status.mask() | FileStatus.STATX_WRITE_ATOMIC;
        status.segment().set(ValueLayout.JAVA_INT, FileStatus.MASK_OFFSET, mask);
        status.segment().set(ValueLayout.JAVA_INT, FileStatus.ATOMIC_WRITE_MIN_OFFSET, 512);
        status.segment().set(ValueLayout.JAVA_INT, FileStatus.ATOMIC_WRITE_MAX_OFFSET, MOST);
        status.segment().set(ValueLayout.JAVA_INT, FileStatus.ATOMIC_WRITE_SEGMENTS_OFFSET, 1);
    }

    private PosixBackend open(CacheMode mode) throws Exception {
        BackendOptions options = Disk.options(folder.resolve("disk.raw"), mode, 1 << 20, "rwf");
        return PosixBackend.open(
                options,
                callsArena -> HookedCalls.files(new LinuxFileCalls(callsArena), this::call));
    }

    private int write(BlockQueue queue, long offset, int length, int pieces, int flags) {
        IoVector vector = new IoVector(arena, pieces);
        for (int i = 0; i < pieces; i++) {
            vector.add(arena.allocate(length, 4096), 0, length / pieces);
        }
        writes.clear();
        int[] result = new int[1];
        assertThat(queue.writev(1, offset, vector, flags)).isTrue();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (queue.inFlight() > 0 && System.nanoTime() - deadline < 0) {
            queue.poll((tag, answer) -> result[0] = answer);
        }
        return result[0];
    }

    @Test
    void anAtomicWriteIsOneCallWithTheFlagFromOnePieceOfMemory() throws Exception {
        try (PosixBackend backend = open(CacheMode.NONE);
                BlockQueue queue = backend.openQueue(1)) {
            int least = backend.limits().requestAlignmentBytes();
            assertThat(backend.atomicWrites()).isEqualTo(new AtomicWriteLimits(least, MOST));
            assertThat(write(queue, MOST, MOST, 1, IoFlags.ATOMIC)).isEqualTo(MOST);
            assertThat(writes).containsExactly("40 of 1");
            assertThat(write(queue, 0, MOST, 2, IoFlags.ATOMIC | IoFlags.FUA)).isEqualTo(MOST);
            assertThat(writes).containsExactly("42 of 1");
            assertThat(write(queue, 0, MOST, 2, IoFlags.NONE)).isEqualTo(MOST);
            assertThat(writes).containsExactly("0 of 2");
        }
    }

    @Test
    void whatIsNotPromisedIsInvalid() throws Exception {
        try (PosixBackend backend = open(CacheMode.NONE);
                BlockQueue queue = backend.openQueue(1)) {
            assertThat(write(queue, 0, 2 * MOST, 1, IoFlags.ATOMIC)).isEqualTo(-Errno.EINVAL);
            assertThat(write(queue, 4096, MOST, 1, IoFlags.ATOMIC)).isEqualTo(-Errno.EINVAL);
            assertThat(write(queue, 0, 3 * 2048, 1, IoFlags.ATOMIC)).isEqualTo(-Errno.EINVAL);
            assertThat(writes).isEmpty();
        }
    }

    @Test
    void throughThePageCacheNothingIsPromised() throws Exception {
        try (PosixBackend backend = open(CacheMode.WRITEBACK)) {
            assertThat(backend.atomicWrites()).isEqualTo(AtomicWriteLimits.NONE);
        }
    }
}
