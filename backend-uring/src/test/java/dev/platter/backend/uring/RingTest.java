package dev.platter.backend.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.platter.api.block.BackendException;
import dev.platter.backend.uring.FaultRing.Script;
import dev.platter.linux.Epoll;
import dev.platter.linux.Errnos;
import dev.platter.linux.FileCalls;
import dev.platter.linux.IoUringCalls;
import dev.platter.linux.IoUringOp;
import dev.platter.linux.IoUringParams;
import dev.platter.linux.IoUringRegister;
import dev.platter.linux.IoUringSetup;
import dev.platter.linux.IoUringSq;
import dev.platter.linux.IoUringSqe;
import dev.platter.linux.IoUringWaitTime;
import dev.platter.linux.Kernel;
import dev.platter.linux.LinuxFileCalls;
import dev.platter.linux.LinuxIoUringCalls;
import dev.platter.linux.OpenFlags;
import dev.platter.linux.PollEvents;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The ring itself, on the kernel's real one. */
@Timeout(60)
class RingTest {
    /** What kernels before 6.6, 6.1, 6.0, 5.19 and 5.18 do not know. */
    private static final int BEFORE_6_6 = IoUringSetup.NO_SQARRAY;

    private static final int BEFORE_6_1 = BEFORE_6_6 | IoUringSetup.DEFER_TASKRUN;
    private static final int BEFORE_6_0 = BEFORE_6_1 | IoUringSetup.SINGLE_ISSUER;
    private static final int BEFORE_5_19 =
            BEFORE_6_0 | IoUringSetup.COOP_TASKRUN | IoUringSetup.TASKRUN_FLAG;
    private static final int BEFORE_5_18 = BEFORE_5_19 | IoUringSetup.SUBMIT_ALL;

    @TempDir(factory = InTarget.class)
    private Path folder;

    private final Arena arena = Arena.ofAuto();
    private final IoUringCalls calls = new LinuxIoUringCalls(arena);

    private Ring open(int entries, int completions, RingUse use) throws BackendException {
        Ring ring = Ring.open(calls, entries, completions, use);
        assertThat(ring.enable()).isNotNegative();
        return ring;
    }

    private static Sqe nop(Ring ring, long userData) {
        return ring.submissions().claim().start(IoUringOp.NOP, 0, userData);
    }

    /** All completions there are, as results by user data. */
    private static Map<Long, Integer> reap(Ring ring) {
        Map<Long, Integer> results = new TreeMap<>();
        while (ring.completions().next()) {
            long userData = ring.completions().userData();
            assertThat(results.put(userData, ring.completions().result())).isNull();
        }
        return results;
    }

    /** Waits for so many completions. */
    private static Map<Long, Integer> await(Ring ring, int count) {
        Map<Long, Integer> results = reap(ring);
        while (results.size() < count) {
            assertThat(ring.enter(1)).isZero();
            results.putAll(reap(ring));
        }
        assertThat(results).hasSize(count);
        return results;
    }

    /** A thread of the kernel takes entries when it sees them, and not within the call. */
    @Test
    void aThreadOfTheKernelTakesBatchesOnceEach() throws Exception {
        try (Ring ring = open(8, 8, RingUse.KERNEL_SUBMITS)) {
            assertThat(ring.grant().has(IoUringSetup.SQPOLL)).isTrue();
            long next = 0;
            for (int round = 0; round < 1000; round++) {
                int batch = 1 + round % 8;
                List<Long> expected = LongStream.range(next, next + batch).boxed().toList();
                while (ring.submissions().free() < batch) {
                    Thread.onSpinWait();
                }
                expected.forEach(userData -> nop(ring, userData));
                next += batch;
                assertThat(ring.needsEnter()).isTrue();
                assertThat(ring.enter(0)).isZero();
                assertThat(ring.needsEnter()).isFalse();
                Map<Long, Integer> results = reap(ring);
                while (results.size() < batch) {
                    Thread.onSpinWait();
                    results.putAll(reap(ring));
                }
                assertThat(results.keySet()).containsExactlyElementsOf(expected);
                if (round % 100 == 0) {
                    // It has gone to sleep meanwhile, and must be woken.
                    awaitSleep(ring);
                }
            }
        }
    }

    private static void awaitSleep(Ring ring) {
        while ((ring.submissions().flags() & IoUringSq.NEED_WAKEUP) == 0) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "KERNEL_SUBMITS")
    void batchesCompleteOnceEachAndTheQueuesWrapAround(RingUse use) throws Exception {
        try (Ring ring = open(8, 8, use)) {
            long next = 0;
            for (int round = 0; round < 1000; round++) {
                int batch = 1 + round % 8;
                List<Long> expected = LongStream.range(next, next + batch).boxed().toList();
                expected.forEach(userData -> nop(ring, userData));
                next += batch;
                assertThat(ring.submissions().unsubmitted()).isEqualTo(batch);
                assertThat(ring.needsEnter()).isTrue();
                assertThat(ring.enter(0)).isZero();
                assertThat(ring.submissions().free()).isEqualTo(8);
                assertThat(reap(ring).keySet()).containsExactlyElementsOf(expected);
                assertThat(ring.needsEnter()).isFalse();
            }
        }
    }

    @Test
    void aFullSubmissionQueueSaysSo() throws Exception {
        try (Ring ring = open(4, 4, RingUse.WATCHED)) {
            for (int i = 0; i < 4; i++) {
                assertThat(ring.submissions().free()).isEqualTo(4 - i);
                nop(ring, i);
            }
            assertThat(ring.submissions().free()).isZero();
            assertThatThrownBy(() -> nop(ring, 4)).isInstanceOf(IllegalStateException.class);
            assertThat(ring.enter(0)).isZero();
            assertThat(reap(ring)).hasSize(4);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "KERNEL_SUBMITS")
    void completionsThatFindNoRoomAreKeptAndCollected(RingUse use) throws Exception {
        try (Ring ring = open(4, 4, use)) {
            for (int i = 0; i < 24; i += 4) {
                for (int j = 0; j < 4; j++) {
                    nop(ring, i + j);
                }
                int answer = ring.enter(0);
                // Kernels that are strict about it want the completions collected first.
                assertThat(answer).isIn(0, -Errnos.EBUSY);
            }
            assertThat(ring.submissions().flags() & IoUringSq.CQ_OVERFLOW).isNotZero();
            assertThat(ring.needsEnter()).isTrue();
            Map<Long, Integer> results = reap(ring);
            assertThat(results).hasSize(4);
            while (ring.needsEnter()) {
                assertThat(ring.enter(0)).isZero();
                results.putAll(reap(ring));
            }
            assertThat(results).hasSize(24);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, BEFORE_6_6, BEFORE_6_1, BEFORE_6_0, BEFORE_5_19, BEFORE_5_18})
    void whatAKernelDoesNotKnowIsDoneWithout(int unknown) throws Exception {
        Script script =
                new Script() {
                    @Override
                    int unknownSetupFlags() {
                        return unknown;
                    }
                };
        for (RingUse use : RingUse.values()) {
            try (Ring ring = Ring.open(new FaultRing(arena, script), 8, 8, use)) {
                assertThat(ring.enable()).isNotNegative();
                assertThat(ring.grant().setup() & unknown).isZero();
                assertThat(ring.grant().suffices()).isTrue();
                for (int i = 0; i < 20; i++) {
                    nop(ring, 1);
                    nop(ring, 2).flag(IoUringSqe.ASYNC);
                    assertThat(await(ring, 2)).containsExactly(Map.entry(1L, 0), Map.entry(2L, 0));
                }
            }
        }
    }

    @Test
    void theSentenceNamesWhatWasGrantedAndWhatIsLacking() {
        int features = -1;
        RingGrant all = new RingGrant(-1, features);
        assertThat(all.sentence())
                .isEqualTo(
                        "io_uring of Linux "
                                + Kernel.release()
                                + " with whole batches, no interruptions, single issuer,"
                                + " deferred completions, no index array");
        assertThat(new RingGrant(IoUringSetup.SUBMIT_ALL, features).sentence())
                .endsWith(
                        " with whole batches; without no interruptions, single issuer,"
                                + " deferred completions, no index array");
        assertThat(new RingGrant(0, features).sentence()).contains(" with the bare ring; without ");
        assertThat(new RingGrant(-1, 1).suffices()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"WATCHED", "ROAMING"})
    void theDescriptorOfAWatchedRingIsReadableOnceACompletionIsThere(RingUse use) throws Exception {
        try (Ring ring = Ring.open(calls, 8, 8, use);
                Epoll inner = Epoll.create(1);
                Epoll outer = Epoll.create(1)) {
            inner.add(ring.fd(), PollEvents.IN, 1);
            outer.add(inner.fd(), PollEvents.IN, 1);
            assertThat(ring.enable()).isNotNegative();
            assertThat(ring.grant().has(IoUringSetup.DEFER_TASKRUN)).isFalse();
            assertThat(outer.await(0)).isZero();
            for (int i = 0; i < 2000; i++) {
                nop(ring, 7).flag(IoUringSqe.ASYNC);
                assertThat(ring.enter(0)).isZero();
                assertThat(outer.await(20_000)).isEqualTo(1);
                assertThat(await(ring, 1)).containsKey(7L);
                assertThat(outer.await(0)).isZero();
            }
        }
    }

    @Test
    void anotherThreadMayOpenARingThanTheOneThatOwnsIt() throws Exception {
        try (Ring ring = Ring.open(calls, 8, 8, RingUse.WAITED_IN)) {
            CompletableFuture<Void> owner =
                    CompletableFuture.runAsync(
                            () -> {
                                assertThat(ring.enable()).isNotNegative();
                                nop(ring, 1);
                                assertThat(await(ring, 1)).hasSize(1);
                            });
            owner.get();
            assertThat(ring.submissions().unsubmitted()).isZero();
            nop(ring, 2);
            if (ring.grant().has(IoUringSetup.SINGLE_ISSUER)) {
                assertThat(ring.enter(0)).as("no longer ours").isNegative();
            }
        }
    }

    private void image(Ring ring, int sizeBytes) {
        FileCalls files = new LinuxFileCalls(arena);
        int fd =
                files.open(
                        folder.resolve("image").toString(),
                        OpenFlags.O_RDWR | OpenFlags.O_CREAT,
                        0600);
        assertThat(fd).isNotNegative();
        assertThat(files.ftruncate(fd, sizeBytes)).isZero();
        MemorySegment fds = arena.allocate(ValueLayout.JAVA_INT, 1);
        fds.set(ValueLayout.JAVA_INT, 0, fd);
        assertThat(ring.register(IoUringRegister.FILES, fds, 1)).isZero();
        assertThat(files.close(fd)).isZero();
    }

    private Sqe transfer(Ring ring, int opcode, long userData, int lengthBytes) {
        MemorySegment memory = arena.allocate(lengthBytes);
        return ring.submissions()
                .claim()
                .start(opcode, 0, userData)
                .address(memory.address())
                .length(lengthBytes);
    }

    private static void sync(Ring ring, long userData) {
        ring.submissions()
                .claim()
                .start(IoUringOp.FSYNC, 0, userData)
                .operationFlags(IoUringSqe.FSYNC_DATASYNC);
    }

    @Test
    void aChainRunsToItsEndOrIsCancelledBehindAFailureOrAShortTransfer() throws Exception {
        try (Ring ring = open(8, 8, RingUse.WATCHED)) {
            image(ring, 4096);
            transfer(ring, IoUringOp.WRITE, 1, 4096).flag(IoUringSqe.IO_LINK);
            sync(ring, 2);
            assertThat(await(ring, 2)).containsExactly(Map.entry(1L, 4096), Map.entry(2L, 0));
            transfer(ring, IoUringOp.READ, 1, 8192).flag(IoUringSqe.IO_LINK);
            sync(ring, 2);
            assertThat(await(ring, 2))
                    .as("short")
                    .containsExactly(Map.entry(1L, 4096), Map.entry(2L, -Errnos.ECANCELED));
            transfer(ring, IoUringOp.WRITE, 1, 512).offset(Long.MIN_VALUE).flag(IoUringSqe.IO_LINK);
            sync(ring, 2);
            assertThat(await(ring, 2))
                    .as("refused")
                    .containsExactly(
                            Map.entry(1L, -Errnos.EINVAL), Map.entry(2L, -Errnos.ECANCELED));
        }
    }

    /** A kernel that takes one entry at a time, each a batch of its own. */
    private static Script oneAtATime() {
        return new Script() {
            @Override
            int takes(int submissions) {
                return Math.min(submissions, 1);
            }
        };
    }

    @Test
    void aBatchThatIsTakenInPartsIsHandedOverWhole() throws Exception {
        Script script = oneAtATime();
        try (Ring ring = Ring.open(new FaultRing(arena, script), 8, 8, RingUse.WATCHED)) {
            ring.enable();
            script.arm();
            for (int i = 0; i < 8; i++) {
                nop(ring, i);
            }
            assertThat(ring.enter(0)).isZero();
            assertThat(reap(ring)).hasSize(8);
        }
    }

    @Test
    void aSynchronisationCutOffFromItsWriteIsNotMadeBesideIt() throws Exception {
        Script script = oneAtATime();
        try (Ring ring = Ring.open(new FaultRing(arena, script), 8, 8, RingUse.WATCHED)) {
            ring.enable();
            image(ring, 4096);
            script.arm();
            transfer(ring, IoUringOp.WRITE, UserData.of(1, 5, UserData.CALL), 4096)
                    .flag(IoUringSqe.IO_LINK);
            sync(ring, UserData.of(1, 5, UserData.LINKED_SYNC));
            nop(ring, UserData.of(1, 6, UserData.CALL));
            assertThat(await(ring, 3).keySet())
                    .containsExactlyInAnyOrder(
                            UserData.of(1, 5, UserData.CALL),
                            UserData.of(1, 5, UserData.ORPHAN),
                            UserData.of(1, 6, UserData.CALL));
            assertThat(script.calls()).extracting(FaultRing.Call::name).containsExactly("pwrite");
        }
    }

    @Test
    void anInterruptedCallIsMadeAgainAndARefusedOneIsTold() throws Exception {
        List<Integer> answers = new ArrayList<>(List.of(-Errnos.EINTR, -Errnos.EINTR));
        Script script =
                new Script() {
                    @Override
                    int takes(int submissions) {
                        return answers.isEmpty() ? submissions : answers.removeFirst();
                    }
                };
        try (Ring ring = Ring.open(new FaultRing(arena, script), 8, 8, RingUse.WATCHED)) {
            ring.enable();
            script.arm();
            nop(ring, 1);
            assertThat(ring.enter(0)).isZero();
            assertThat(reap(ring)).hasSize(1);
            nop(ring, 2);
            nop(ring, 3);
            answers.addAll(List.of(1, -Errnos.EBUSY));
            assertThat(ring.enter(0)).isEqualTo(-Errnos.EBUSY);
            assertThat(ring.submissions().unsubmitted()).isEqualTo(1);
            assertThat(ring.submissions().takeBack()).isEqualTo(3);
            assertThat(ring.submissions().unsubmitted()).isZero();
            answers.add(0);
            nop(ring, 4);
            assertThat(ring.enter(0)).isEqualTo(-Errnos.EAGAIN);
            assertThat(ring.enter(0)).isZero();
            assertThat(reap(ring)).containsOnlyKeys(2L, 4L);
        }
    }

    /** A machine that refuses to set rings up, or whose io_uring is too old. */
    private static IoUringCalls refusing(int errno) {
        return new IoUringCalls() {
            @Override
            public int setup(int entries, IoUringParams params) {
                return -errno;
            }

            @Override
            public int enter(int fd, int submissions, int completions, int flags) {
                return -Errnos.EBADF;
            }

            @Override
            public int enter(
                    int fd, int submissions, int completions, int flags, IoUringWaitTime time) {
                return -Errnos.EBADF;
            }

            @Override
            public int register(int fd, int operation, MemorySegment argument, int count) {
                return -Errnos.EBADF;
            }
        };
    }

    @Test
    void whatAMachineLacksIsSaidInOneSentence() {
        Map<Integer, String> sentences =
                Map.of(
                        Errnos.ENOSYS, "has no io_uring",
                        Errnos.EPERM, "io_uring is ",
                        Errnos.ENOMEM, "ulimit -l",
                        Errnos.EMFILE, "ulimit -n",
                        Errnos.EINVAL, "io_uring cannot be set up: ");
        sentences.forEach(
                (errno, words) ->
                        assertThatThrownBy(() -> UringSupport.require(refusing(errno)))
                                .isInstanceOf(BackendException.class)
                                .hasMessageContaining(words)
                                .hasMessageNotContaining("\n"));
        assertThat(UringSupport.tooOld()).contains("Linux 5.13 or later is needed");
    }
}
