package dev.platter.backend.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.CompletionHandler;
import dev.platter.api.memory.IoVector;
import dev.platter.linux.Epoll;
import dev.platter.linux.IoUringCalls;
import dev.platter.linux.Kernel;
import dev.platter.linux.LinuxException;
import dev.platter.linux.LinuxFileCalls;
import dev.platter.linux.LinuxIoUringCalls;
import dev.platter.linux.PollEvents;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * A backend with one queue, driven one request at a time. It polls only when the queue's descriptor
 * is readable, as a lost wake must show.
 */
final class Disk implements AutoCloseable {
    private static final long PATIENCE_MILLIS = 20_000;

    /** A ring that is too small for what the tests have in flight. */
    private static final int LOOP_SUBMISSIONS = 4;

    private static final int LOOP_COMPLETIONS = 8;

    private static final Map<BlockQueue, RingLoop> LOOPS = new ConcurrentHashMap<>();

    /**
     * Whether queues share the ring of a loop; set by the tests that want it, for all that follow.
     */
    static volatile boolean inLoop;

    /** How the disks that are opened from now on use the ring; likewise. */
    static volatile RingOptions ringOptions = RingOptions.PLAIN;

    final UringBackend backend;
    final BlockQueue queue;
    private final Function<Arena, IoUringCalls> callsOf;
    private final Arena arena = Arena.ofShared();
    private int result;

    private Disk(BackendOptions options, Function<Arena, IoUringCalls> callsOf)
            throws BackendException {
        this.callsOf = callsOf;
        // All by the ring, however lone, as that is where the faults are.
        backend = UringBackend.open(options, LinuxFileCalls::new, callsOf, ringOptions);
        queue = openQueue(16);
    }

    /** A queue with a ring of its own, or in a loop of its own; virtual threads have no loop. */
    BlockQueue openQueue(int capacity) throws BackendException {
        if (!inLoop || Thread.currentThread().isVirtual()) {
            return backend.openQueue(capacity);
        }
        RingLoop loop = RingLoop.open(callsOf, LOOP_SUBMISSIONS, LOOP_COMPLETIONS);
        BlockQueue opened = backend.openQueue(capacity, loop);
        assertThat(opened.completionFd()).isEqualTo(-1);
        LOOPS.put(opened, loop);
        return opened;
    }

    /** Takes a turn of the loop that the queue is in, if it is in one, without waiting. */
    void turn() {
        RingLoop loop = inLoop ? LOOPS.get(queue) : null;
        if (loop != null) {
            loop.turn(0);
        }
    }

    static void close(BlockQueue queue) {
        queue.close();
        RingLoop loop = LOOPS.remove(queue);
        if (loop != null) {
            loop.close();
        }
    }

    static BackendOptions options(Path path, CacheMode mode, long sizeBytes, String dsync) {
        return new BackendOptions(
                path.toString(),
                mode,
                false,
                true,
                OptionalLong.of(sizeBytes),
                dsync == null ? Map.of() : Map.of("dsync", dsync));
    }

    static Disk open(BackendOptions options) throws BackendException {
        return new Disk(options, LinuxIoUringCalls::new);
    }

    static Disk open(BackendOptions options, FaultRing.Script script) throws BackendException {
        if (!Kernel.atLeast(6, 9)) {
            skip("only Linux 6.9 and later can be made to answer faults");
        }
        Disk disk = new Disk(options, callsArena -> new FaultRing(callsArena, script));
        script.arm();
        return disk;
    }

    /** Skips the test with a reason, or fails it where {@code CI=true}. */
    static void skip(String reason) {
        if ("true".equals(System.getenv("CI"))) {
            fail(reason);
        }
        abort(reason);
    }

    /** Memory aligned to a page. */
    MemorySegment memory(long sizeBytes) {
        return arena.allocate(sizeBytes, 4096);
    }

    /** One piece of memory as a vector. */
    IoVector vector(MemorySegment memory) {
        return vector(memory, 1);
    }

    /** Memory as a vector of so many pieces, of equal length but for the last. */
    IoVector vector(MemorySegment memory, int pieces) {
        IoVector vector = new IoVector(arena, pieces);
        long piece = memory.byteSize() / pieces;
        for (int i = 0; i < pieces; i++) {
            long length = i == pieces - 1 ? memory.byteSize() - i * piece : piece;
            assertThat(vector.add(memory, i * piece, length)).isTrue();
        }
        return vector;
    }

    MemorySegment filled(long sizeBytes, int value) {
        return memory(sizeBytes).fill((byte) value);
    }

    int read(long offset, IoVector target) {
        assertThat(queue.readv(1, offset, target)).isTrue();
        return finish();
    }

    int write(long offset, IoVector source, int flags) {
        assertThat(queue.writev(1, offset, source, flags)).isTrue();
        return finish();
    }

    int write(long offset, int sizeBytes, int value, int flags) {
        return write(offset, vector(filled(sizeBytes, value)), flags);
    }

    int flush() {
        assertThat(queue.flush(1)).isTrue();
        return finish();
    }

    int zero(long offset, long length, int flags) {
        assertThat(queue.writeZeroes(1, offset, length, flags)).isTrue();
        return finish();
    }

    int discard(long offset, long length, int flags) {
        assertThat(queue.discard(1, offset, length, flags)).isTrue();
        return finish();
    }

    byte[] contents() {
        MemorySegment all = memory(backend.sizeBytes());
        assertThat(read(0, vector(all))).isEqualTo((int) backend.sizeBytes());
        return all.toArray(ValueLayout.JAVA_BYTE);
    }

    private int finish() {
        int[] completions = {0};
        drain(
                queue,
                (tag, answer) -> {
                    assertThat(tag).isEqualTo(1);
                    completions[0]++;
                    result = answer;
                });
        assertThat(completions[0]).isEqualTo(1);
        return result;
    }

    /** Polls, waiting for the descriptor in between, until nothing is in flight. */
    static void drain(BlockQueue queue, CompletionHandler handler) {
        RingLoop loop = LOOPS.get(queue);
        if (loop == null) {
            drainByDescriptor(queue, handler);
        } else {
            drainInLoop(queue, loop, handler);
        }
    }

    private static void drainInLoop(BlockQueue queue, RingLoop loop, CompletionHandler handler) {
        queue.poll(handler);
        while (queue.inFlight() > 0) {
            if (!queue.mustPoll()) {
                long start = System.nanoTime();
                assertThat(loop.turn(TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS)))
                        .isNotNegative();
                assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start))
                        .as("woken")
                        .isLessThan(PATIENCE_MILLIS);
            }
            queue.poll(handler);
        }
    }

    /**
     * A virtual thread lets others at its carrier meanwhile: it may wait for what one of them does.
     */
    private static int awaited(Epoll epoll) {
        if (!Thread.currentThread().isVirtual()) {
            return epoll.await(PATIENCE_MILLIS);
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        int answer = epoll.await(0);
        while (answer == 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(100));
            answer = epoll.await(0);
        }
        return answer;
    }

    private static void drainByDescriptor(BlockQueue queue, CompletionHandler handler) {
        try (Epoll epoll = Epoll.create(1)) {
            epoll.add(queue.completionFd(), PollEvents.IN, 0);
            queue.poll(handler);
            while (queue.inFlight() > 0) {
                assertThat(awaited(epoll)).as("woken").isEqualTo(1);
                queue.poll(handler);
            }
            assertThat(epoll.await(0)).as("readable with nothing in flight").isZero();
        } catch (LinuxException failure) {
            throw new AssertionError(failure);
        }
    }

    /** The result of the one request in flight. */
    static int drained(BlockQueue queue) {
        int[] answer = {1};
        drain(queue, (tag, outcome) -> answer[0] = outcome);
        return answer[0];
    }

    @Override
    public void close() throws BackendException {
        close(queue);
        backend.close();
        arena.close();
    }
}
