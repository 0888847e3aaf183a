package dev.platter.backend.posix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.Errno;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import dev.platter.backend.file.DsyncPreference;
import dev.platter.backend.posix.FaultFileCalls.Call;
import dev.platter.backend.posix.FaultFileCalls.Script;
import dev.platter.linux.Errnos;
import dev.platter.linux.PollEvents;
import dev.platter.linux.PollSet;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Several owners, each with many requests in flight and a part of the disk to itself, on a host
 * that dawdles, cuts short and interrupts: every request completes once, with its own result, and
 * the disk is the array of bytes that the completed requests make of it.
 */
@Timeout(120)
class PoolStressTest {
    private static final int BLOCK = 512;
    private static final int BLOCKS_EACH = 64;
    private static final int OWNERS = 3;
    private static final int DEPTH = 24;
    private static final int REQUESTS_EACH = 4000;

    /** Only a failing test waits so long. */
    private static final long PATIENCE_MILLIS = 60_000;

    @TempDir(factory = InTarget.class)
    private Path folder;

    private static final class Dawdling extends Script {
        @Override
        boolean records() {
            return false;
        }

        @Override
        long before(Call call) {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            if (random.nextInt(20) == 0) {
                LockSupport.parkNanos(random.nextInt(300_000));
            }
            return random.nextInt(20) == 0 ? -Errnos.EINTR : PASS;
        }

        @Override
        long limit(Call call) {
            boolean cut = ThreadLocalRandom.current().nextInt(10) == 0;
            return cut ? BLOCK : Long.MAX_VALUE;
        }
    }

    /** One place for a request; its number is the tag. */
    private static final class Place {
        final MemorySegment memory;
        final IoVector vector;
        boolean busy;
        int kind;
        int block;
        int count;
        byte value;

        Place(Arena arena) {
            memory = arena.allocate(4L * BLOCK + 1, 4096);
            vector = new IoVector(arena, 2);
        }
    }

    private static final class Owner {
        private final BlockQueue queue;
        private final Random random;
        private final int firstBlock;
        private final List<Place> places = new ArrayList<>();

        /** The value of each block, or -1 where it is undefined. */
        private final int[] model = new int[BLOCKS_EACH];

        private final boolean[] taken = new boolean[BLOCKS_EACH];
        private final PollSet waiter = new PollSet(1);
        private int started;
        private int ended;
        private int cancelled;

        Owner(BlockQueue queue, long seed, int firstBlock, Arena arena) {
            this.queue = queue;
            this.firstBlock = firstBlock;
            random = new Random(seed);
            for (int i = 0; i < DEPTH; i++) {
                places.add(new Place(arena));
            }
            waiter.set(0, queue.completionFd(), PollEvents.IN);
        }

        int run() {
            int most = 1;
            while (ended < REQUESTS_EACH) {
                if (random.nextInt(50) == 0) {
                    most = 1 + random.nextInt(DEPTH);
                }
                while (started < REQUESTS_EACH && started - ended < most && start()) {}
                if (random.nextInt(4) == 0) {
                    queue.cancel(random.nextInt(DEPTH));
                }
                int delivered = queue.poll(this::completed);
                if (delivered == 0 && random.nextBoolean()) {
                    assertThat(waiter.await(PATIENCE_MILLIS)).isEqualTo(1);
                }
                assertThat(queue.inFlight()).isEqualTo(started - ended);
            }
            return cancelled;
        }

        private boolean start() {
            int tag = 0;
            while (places.get(tag).busy) {
                tag++;
            }
            Place place = places.get(tag);
            place.kind = random.nextInt(6);
            place.count = 1 + random.nextInt(4);
            place.block = random.nextInt(BLOCKS_EACH - place.count + 1);
            place.value = (byte) (1 + random.nextInt(100));
            if (place.kind == 5) {
                place.count = 0;
            }
            for (int i = 0; i < place.count; i++) {
                if (taken[place.block + i]) {
                    return false;
                }
            }
            mark(place, true);
            place.busy = true;
            started++;
            assertThat(submit(tag, place)).isTrue();
            return true;
        }

        private boolean submit(int tag, Place place) {
            long offset = (long) (firstBlock + place.block) * BLOCK;
            long length = (long) place.count * BLOCK;
            int flags = random.nextBoolean() ? IoFlags.FUA : IoFlags.NONE;
            long shift = random.nextInt(4) == 0 ? 1 : 0;
            place.vector.clear();
            place.vector.add(place.memory, shift, length);
            return switch (place.kind) {
                case 0, 1 -> {
                    place.memory.fill(place.value);
                    yield queue.writev(tag, offset, place.vector, flags);
                }
                case 2, 3 -> {
                    place.memory.fill((byte) 0x7f);
                    yield queue.readv(tag, offset, place.vector);
                }
                case 4 -> queue.writeZeroes(tag, offset, length, flags);
                default -> queue.flush(tag);
            };
        }

        private void mark(Place place, boolean as) {
            for (int i = 0; i < place.count; i++) {
                taken[place.block + i] = as;
            }
        }

        private void completed(long tag, int result) {
            Place place = places.get((int) tag);
            assertThat(place.busy).as("completed once").isTrue();
            place.busy = false;
            ended++;
            mark(place, false);
            if (result == -Errno.ECANCELED) {
                cancelled++;
                if (place.kind < 2 || place.kind == 4) {
                    set(place, -1);
                }
                return;
            }
            assertThat(result).isEqualTo(place.kind < 4 ? place.count * BLOCK : 0);
            switch (place.kind) {
                case 0, 1 -> set(place, place.value);
                case 2, 3 -> check(place);
                case 4 -> set(place, 0);
                default -> {}
            }
        }

        private void set(Place place, int value) {
            for (int i = 0; i < place.count; i++) {
                model[place.block + i] = value;
            }
        }

        private void check(Place place) {
            for (int i = 0; i < place.count; i++) {
                int expected = model[place.block + i];
                for (int at = 0; expected >= 0 && at < BLOCK; at++) {
                    long offset = place.vector.offset(0) + (long) i * BLOCK + at;
                    if (place.memory.get(ValueLayout.JAVA_BYTE, offset) != expected) {
                        throw new AssertionError("block " + (place.block + i) + " byte " + at);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "true, true, rwf, 8",
        "false, true, fdatasync, 8",
        "false, false, fdatasync, 2",
        "true, false, rwf, 1",
        "false, true, rwf, 64"
    })
    void everyRequestCompletesOnce(boolean direct, boolean ownerCalls, String dsync, int threads)
            throws Exception {
        long seed = System.nanoTime();
        System.out.println("PoolStressTest seed " + seed);
        BackendOptions options =
                Disk.options(
                        folder.resolve("disk.raw"),
                        direct ? CacheMode.NONE : CacheMode.WRITEBACK,
                        (long) OWNERS * BLOCKS_EACH * BLOCK,
                        null);
        Dawdling script = new Dawdling();
        PosixOptions own =
                new PosixOptions(DsyncPreference.parse(dsync), threads, 2_000_000, ownerCalls);
        ExecutorService owners = Executors.newFixedThreadPool(OWNERS);
        try (Arena arena = Arena.ofShared()) {
            PosixBackend backend =
                    PosixBackend.open(options, own, calls -> new FaultFileCalls(calls, script));
            script.arm();
            List<Future<Integer>> cancelled = new ArrayList<>();
            List<BlockQueue> queues = new ArrayList<>();
            for (int i = 0; i < OWNERS; i++) {
                BlockQueue queue = backend.openQueue(DEPTH);
                queues.add(queue);
                Owner owner = new Owner(queue, seed + i, i * BLOCKS_EACH, arena);
                cancelled.add(owners.submit(owner::run));
            }
            int sum = 0;
            for (Future<Integer> owner : cancelled) {
                sum += owner.get();
            }
            assertThat(sum).isPositive();
            queues.forEach(BlockQueue::close);
            backend.close();
        } finally {
            owners.shutdownNow();
        }
    }
}
