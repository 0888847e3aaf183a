package dev.platter.backend.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.AtomicWriteLimits;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.Errno;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import dev.platter.backend.uring.FaultRing.Call;
import dev.platter.backend.uring.FaultRing.Script;
import dev.platter.conformance.gate.CallHook;
import dev.platter.conformance.gate.HookedCalls;
import dev.platter.linux.FileStatus;
import dev.platter.linux.LinuxFileCalls;
import dev.platter.linux.RwFlags;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
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

    /** Has atomic writes made as if they were: by this kernel they might be refused. */
    private final Script script =
            new Script() {
                @Override
                long before(Call call) {
                    boolean atomic = (call.flags() & RwFlags.RWF_ATOMIC) != 0;
                    return atomic && call.name().equals("pwrite") ? call.length() - shortBy : PASS;
                }
            };

    private int shortBy;

    private final Arena arena = Arena.ofAuto();

    /** The kernel, but for what it says of atomic writes. */
    private static long call(String call, Object[] arguments, CallHook.Real real) {
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

    private UringBackend open(CacheMode mode) throws Exception {
        BackendOptions options = Disk.options(folder.resolve("disk.raw"), mode, 1 << 20, "rwf");
        return UringBackend.open(
                options,
                callsArena ->
                        HookedCalls.files(new LinuxFileCalls(callsArena), AtomicWriteTest::call),
                callsArena -> new FaultRing(callsArena, script),
                RingOptions.PLAIN);
    }

    private int write(BlockQueue queue, long offset, int length, int pieces, int flags) {
        IoVector vector = new IoVector(arena, pieces);
        for (int i = 0; i < pieces; i++) {
            vector.add(arena.allocate(length, 4096), 0, length / pieces);
        }
        script.arm();
        script.forget();
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
        try (UringBackend backend = open(CacheMode.NONE);
                BlockQueue queue = backend.openQueue(1)) {
            int least = backend.limits().requestAlignmentBytes();
            assertThat(backend.atomicWrites()).isEqualTo(new AtomicWriteLimits(least, MOST));
            assertThat(write(queue, MOST, MOST, 1, IoFlags.ATOMIC)).isEqualTo(MOST);
            assertThat(flags()).containsExactly(RwFlags.RWF_ATOMIC);
            assertThat(write(queue, 0, MOST, 2, IoFlags.ATOMIC | IoFlags.FUA)).isEqualTo(MOST);
            assertThat(flags()).containsExactly(RwFlags.RWF_ATOMIC | RwFlags.RWF_DSYNC);
            assertThat(write(queue, 0, MOST, 2, IoFlags.NONE)).isEqualTo(MOST);
            assertThat(flags()).containsExactly(0);
        }
    }

    private List<Integer> flags() {
        return script.calls().stream()
                .filter(call -> call.name().startsWith("pwrite"))
                .map(Call::flags)
                .toList();
    }

    /** A host that writes a part has broken its word: nothing may be built on that. */
    @Test
    void aPartIsAnError() throws Exception {
        try (UringBackend backend = open(CacheMode.NONE);
                BlockQueue queue = backend.openQueue(1)) {
            shortBy = 4096;
            assertThat(write(queue, 0, MOST, 1, IoFlags.ATOMIC)).isEqualTo(-Errno.EIO);
            assertThat(flags()).hasSize(1);
        }
    }

    @Test
    void whatIsNotPromisedIsInvalid() throws Exception {
        try (UringBackend backend = open(CacheMode.NONE);
                BlockQueue queue = backend.openQueue(1)) {
            assertThat(write(queue, 0, 2 * MOST, 1, IoFlags.ATOMIC)).isEqualTo(-Errno.EINVAL);
            assertThat(write(queue, 4096, MOST, 1, IoFlags.ATOMIC)).isEqualTo(-Errno.EINVAL);
            assertThat(write(queue, 0, 3 * 2048, 1, IoFlags.ATOMIC)).isEqualTo(-Errno.EINVAL);
            assertThat(flags()).isEmpty();
        }
    }

    @Test
    void throughThePageCacheNothingIsPromised() throws Exception {
        try (UringBackend backend = open(CacheMode.WRITEBACK)) {
            assertThat(backend.atomicWrites()).isEqualTo(AtomicWriteLimits.NONE);
        }
    }
}
