package dev.platter.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import dev.platter.backend.posix.PosixBackend;
import dev.platter.backend.uring.UringBackend;
import dev.platter.conformance.crashfs.CrashFileSystem;
import dev.platter.conformance.crashfs.CrashPolicy;
import dev.platter.conformance.crashfs.OperationKind;
import dev.platter.conformance.gate.Gate;
import dev.platter.conformance.gate.HookedCalls;
import dev.platter.conformance.gate.RingEntry;
import dev.platter.conformance.gate.RingHook;
import dev.platter.linux.Errnos;
import dev.platter.linux.FileCalls;
import dev.platter.linux.LinuxFileCalls;
import dev.platter.linux.LinuxIoUringCalls;
import dev.platter.linux.OpenFlags;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Races and faults between backend and kernel that no timing finds, made to happen every time. */
@Timeout(60)
class GateRaceTest {
    private static final int BLOCK = 4096;
    private static final int SIZE = 1 << 20;

    private final Arena arena = Arena.ofShared();
    private final Gate gate = new Gate();
    private final ExecutorService other = Executors.newSingleThreadExecutor();
    private CrashFileSystem fs;
    private String path;

    @BeforeEach
    void mount() throws Exception {
        CrashDisks.require();
        fs = CrashFileSystem.mount();
        path = fs.create("disk", SIZE).toString();
    }

    @AfterEach
    void unmount() throws Exception {
        other.shutdownNow();
        if (fs != null) {
            fs.close();
        }
        arena.close();
    }

    /** A disk that two threads use. */
    private interface Shared {
        long write(int user, int block);

        long flush(int user);
    }

    private IoVector block() {
        IoVector vector = new IoVector(arena, 1);
        assertThat(vector.add(arena.allocate(BLOCK, BLOCK).fill((byte) 1), 0, BLOCK)).isTrue();
        return vector;
    }

    private static int drained(BlockQueue queue) {
        int[] result = {1};
        while (queue.inFlight() > 0) {
            if (queue.poll((tag, answer) -> result[0] = answer) == 0) {
                Thread.onSpinWait();
            }
        }
        return result[0];
    }

    private final class Queues implements Shared {
        private final BlockQueue[] queues;

        Queues(BlockQueue... queues) {
            this.queues = queues;
        }

        @Override
        public long write(int user, int block) {
            assertThat(queues[user].writev(1, (long) block * BLOCK, block(), IoFlags.NONE))
                    .isTrue();
            return drained(queues[user]);
        }

        @Override
        public long flush(int user) {
            assertThat(queues[user].flush(1)).isTrue();
            return drained(queues[user]);
        }
    }

    /**
     * The mistake that timing finds twice in a thousand trials: the flag cleared after the sync.
     */
    private final class DirtyFlag implements Shared {
        private final FileCalls calls = HookedCalls.files(new LinuxFileCalls(arena), gate);
        private final int fd = calls.open(path, OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC, 0);
        private volatile boolean dirty;

        @Override
        public long write(int user, int block) {
            IoVector vector = block();
            long answer = calls.pwritev2(fd, vector.entries(), 1, (long) block * BLOCK, 0);
            dirty = true;
            return answer;
        }

        @Override
        public long flush(int user) {
            if (!dirty) {
                return 0;
            }
            int answer = calls.fdatasync(fd);
            dirty = false;
            return answer;
        }
    }

    /** Whether a write that ends between a sync's end and its caller's knowing of it survives. */
    private boolean survives(Shared disk, String call) throws Exception {
        assertThat(CompletableFuture.supplyAsync(() -> disk.write(0, 0), other).get())
                .isEqualTo(BLOCK);
        fs.recorder().start();
        gate.arm();
        Gate.Stop held = gate.stopAfter(call, 1);
        CompletableFuture<Long> flush = CompletableFuture.supplyAsync(() -> disk.flush(0), other);
        held.awaitReached();
        while (!fs.recorder().requests().contains("fdatasync")) {
            Thread.onSpinWait();
        }
        assertThat(disk.write(1, 1)).isEqualTo(BLOCK);
        held.release();
        assertThat(flush.get(20, TimeUnit.SECONDS)).isZero();
        assertThat(disk.flush(1)).isZero();
        fs.cutPower(CrashPolicy.DROP_ALL, 1);
        byte[] left = fs.contents("disk");
        fs.restorePower();
        assertThat(left[0]).isEqualTo((byte) 1);
        return left[BLOCK] == 1;
    }

    private BackendOptions options() {
        return BackendOptions.of(path, CacheMode.NONE);
    }

    private BlockBackend posix() throws Exception {
        return PosixBackend.open(
                options(), own -> HookedCalls.files(new LinuxFileCalls(own), gate));
    }

    private BlockBackend uring(Consumer<RingEntry> submitting, int completions) throws Exception {
        CrashDisks.provider("uring");
        return UringBackend.open(
                new BackendOptions(
                        path,
                        CacheMode.NONE,
                        false,
                        true,
                        OptionalLong.empty(),
                        Map.of("owner-calls", "off")),
                LinuxFileCalls::new,
                own ->
                        HookedCalls.ring(
                                HookedCalls.ring(new LinuxIoUringCalls(own), gate),
                                new RingHook(submitting, completions)));
    }

    @RepeatedTest(10)
    void aFlagClearedAfterTheSyncLosesTheWriteEveryTime() throws Exception {
        DirtyFlag mutant = new DirtyFlag();
        assertThat(survives(mutant, "fdatasync")).isFalse();
        mutant.calls.close(mutant.fd);
    }

    @RepeatedTest(10)
    void posixKeepsAWriteThatEndsBesideASync() throws Exception {
        try (BlockBackend backend = posix();
                BlockQueue first = backend.openQueue(4);
                BlockQueue second = backend.openQueue(4)) {
            assertThat(survives(new Queues(first, second), "fdatasync")).isTrue();
        }
    }

    @RepeatedTest(10)
    void uringKeepsAWriteThatEndsBesideASync() throws Exception {
        try (BlockBackend backend = uring(entry -> {}, 0);
                BlockQueue first = backend.openQueue(4);
                BlockQueue second = backend.openQueue(4)) {
            assertThat(survives(new Queues(first, second), "enter")).isTrue();
        }
    }

    @RepeatedTest(10)
    void itsOwnersKeepOneThatEndsBesideTheirOwnSync() throws Exception {
        CrashDisks.provider("uring");
        try (BlockBackend backend =
                        UringBackend.open(
                                options(),
                                own -> HookedCalls.files(new LinuxFileCalls(own), gate),
                                LinuxIoUringCalls::new);
                BlockQueue first = backend.openQueue(4);
                BlockQueue second = backend.openQueue(4)) {
            assertThat(survives(new Queues(first, second), "fdatasync")).isTrue();
        }
    }

    @Test
    void aWriteBeforeTheKernelIsNotOwedByAFlush() throws Exception {
        try (BlockBackend backend = posix();
                BlockQueue first = backend.openQueue(4);
                BlockQueue second = backend.openQueue(4)) {
            Queues disk = new Queues(first, second);
            gate.arm();
            Gate.Stop held = gate.stopBefore("pwritev2", 1);
            CompletableFuture<Long> write =
                    CompletableFuture.supplyAsync(() -> disk.write(0, 0), other);
            held.awaitReached();
            assertThat(disk.flush(1)).isZero();
            held.release();
            assertThat(write.get(20, TimeUnit.SECONDS)).isEqualTo(BLOCK);
            assertThat(disk.flush(1)).isZero();
            fs.cutPower(CrashPolicy.DROP_ALL, 1);
            assertThat(fs.contents("disk")[0]).isEqualTo((byte) 1);
        }
    }

    @Test
    void anErrorInTheKernelsPlaceIsTheRequests() throws Exception {
        try (BlockBackend backend = posix();
                BlockQueue queue = backend.openQueue(4)) {
            Queues disk = new Queues(queue);
            gate.answer("fdatasync", 1, -Errnos.EIO).arm();
            assertThat(disk.write(0, 0)).isEqualTo(BLOCK);
            assertThat(disk.flush(0)).isEqualTo(-Errnos.EIO);
            assertThat(disk.flush(0)).as("for good").isEqualTo(-Errnos.EIO);
            assertThat(gate.count("fdatasync")).isEqualTo(1);
        }
    }

    @Test
    void aShortCompletionIsContinued() throws Exception {
        Consumer<RingEntry> shortening =
                entry -> {
                    if (entry.isWrite()) {
                        boolean _ = entry.shorten(512);
                    }
                };
        try (BlockBackend backend = uring(shortening, 0);
                BlockQueue queue = backend.openQueue(4)) {
            fs.recorder().start();
            assertThat(new Queues(queue).write(0, 0)).isEqualTo(BLOCK);
            assertThat(fs.recorder().requests())
                    .hasSize(BLOCK / 512)
                    .startsWith("write 0+512", "write 512+512");
            assertThat(fs.contents("disk")[BLOCK - 1]).isEqualTo((byte) 1);
        }
    }

    @Test
    void aBrokenLinkStillEndsInASync() throws Exception {
        boolean[] broken = {false};
        Consumer<RingEntry> breaking =
                entry -> {
                    if (entry.linked() && !broken[0]) {
                        broken[0] = entry.shorten(512);
                    }
                };
        try (BlockBackend backend = uring(breaking, 0);
                BlockQueue queue = backend.openQueue(4)) {
            assertThat(queue.writev(1, 0, block(), IoFlags.FUA)).isTrue();
            assertThat(drained(queue)).isEqualTo(BLOCK);
            assertThat(broken[0]).isTrue();
            fs.cutPower(CrashPolicy.DROP_ALL, 1);
            assertThat(fs.contents("disk")[0]).isEqualTo((byte) 1);
            assertThat(fs.contents("disk")[BLOCK - 1]).isEqualTo((byte) 1);
        }
    }

    @Test
    void aKernelWithoutRoomIsAskedAgain() throws Exception {
        try (BlockBackend backend = uring(entry -> {}, 0);
                BlockQueue queue = backend.openQueue(4)) {
            Queues disk = new Queues(queue);
            assertThat(disk.write(0, 1)).isEqualTo(BLOCK);
            gate.answer("enter", 1, -Errnos.EAGAIN).answer("enter", 2, -Errnos.EBUSY).arm();
            assertThat(disk.write(0, 0)).isEqualTo(BLOCK);
            assertThat(gate.count("enter")).isGreaterThan(2);
            assertThat(fs.contents("disk")[0]).isEqualTo((byte) 1);
        }
    }

    @Test
    void completionsThatOverflowAreNotLost() throws Exception {
        int depth = 64;
        int entries = 8;
        for (int i = 1; i <= depth; i++) {
            fs.faults().delay(OperationKind.WRITE, i, Duration.ofMillis(20));
        }
        int[] answers = new int[depth];
        try (BlockBackend backend = uring(entry -> {}, entries);
                BlockQueue queue = backend.openQueue(depth)) {
            fs.recorder().start();
            for (int i = 0; i < depth; i++) {
                assertThat(queue.writev(i, (long) i * BLOCK, block(), IoFlags.NONE)).isTrue();
            }
            int delivered = 0;
            for (int i = 0; i < depth / entries; i++) {
                delivered += queue.poll((tag, answer) -> answers[(int) tag] += answer);
            }
            assertThat(delivered).as("collected so early").isLessThan(depth - 2 * entries);
            while (fs.recorder().operations().size() < depth) {
                Thread.onSpinWait();
            }
            while (queue.inFlight() > 0) {
                if (queue.poll((tag, answer) -> answers[(int) tag] += answer) == 0) {
                    Thread.onSpinWait();
                }
            }
        }
        assertThat(answers).containsOnly(BLOCK);
        MemorySegment all = MemorySegment.ofArray(fs.contents("disk"));
        for (int i = 0; i < depth; i++) {
            assertThat(all.get(ValueLayout.JAVA_BYTE, (long) i * BLOCK)).isEqualTo((byte) 1);
        }
    }
}
