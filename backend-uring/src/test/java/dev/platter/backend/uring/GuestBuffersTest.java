package dev.platter.backend.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.GuestMemoryMap;
import dev.platter.api.memory.IoVector;
import dev.platter.conformance.gate.HookedCalls;
import dev.platter.linux.Descriptors;
import dev.platter.linux.Errnos;
import dev.platter.linux.FallocateModes;
import dev.platter.linux.IoUringCalls;
import dev.platter.linux.IoUringRegister;
import dev.platter.linux.LinuxFileCalls;
import dev.platter.linux.LinuxIoUringCalls;
import dev.platter.linux.MappedFile;
import dev.platter.linux.Memory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Guest memory registered with the ring of its owner's loop ({@code registered-buffers=on}). */
@Timeout(60)
class GuestBuffersTest {
    private static final int BLOCK = 4096;
    private static final long SIZE_BYTES = 1 << 20;

    @TempDir(factory = InTarget.class)
    private Path folder;

    private final Arena arena = Arena.ofAuto();

    /** One region, far from where it lies on the host. */
    static GuestMemoryMap map(MemorySegment memory) {
        return GuestMemoryMap.of(List.of(new GuestMemoryMap.Region(1L << 40, memory)));
    }

    private UringBackend open(Function<Arena, IoUringCalls> callsOf) throws Exception {
        BackendOptions options =
                Disk.options(folder.resolve("disk.raw"), CacheMode.NONE, SIZE_BYTES, null);
        return UringBackend.open(
                options, LinuxFileCalls::new, callsOf, new RingOptions(false, false, false, true));
    }

    private MemorySegment memory() {
        return arena.allocate(16 * BLOCK, BLOCK);
    }

    /** Writes a block from one memory and reads it into another, each whole or in two pieces. */
    private void roundTrip(
            RingLoop loop, BlockQueue queue, MemorySegment from, MemorySegment to, int value) {
        for (int pieces = 1; pieces <= 2; pieces++) {
            from.fill((byte) (value + pieces));
            to.fill((byte) 0);
            assertThat(queue.writev(1, BLOCK, vector(from, pieces), IoFlags.NONE)).isTrue();
            finish(loop, queue);
            assertThat(queue.readv(2, BLOCK, vector(to, pieces))).isTrue();
            finish(loop, queue);
            assertThat(to.asSlice(0, BLOCK).mismatch(from.asSlice(0, BLOCK))).isEqualTo(-1);
        }
    }

    private IoVector vector(MemorySegment memory, int pieces) {
        IoVector vector = new IoVector(arena, pieces);
        for (int i = 0; i < pieces; i++) {
            assertThat(vector.add(memory, (long) i * BLOCK / pieces, BLOCK / pieces)).isTrue();
        }
        return vector;
    }

    private static void finish(RingLoop loop, BlockQueue queue) {
        while (queue.inFlight() > 0) {
            loop.turn(queue.mustPoll() ? 0 : 1_000_000_000);
            queue.poll((tag, result) -> assertThat(result).isEqualTo(BLOCK));
        }
    }

    /** What the kernel says of this process's rings: how many buffers each has registered. */
    private static List<String> registered() throws Exception {
        List<String> counts = new ArrayList<>();
        try (var fds = Files.list(Path.of("/proc/self/fdinfo"))) {
            for (Path fd : fds.toList()) {
                try {
                    Files.readAllLines(fd).stream()
                            .filter(line -> line.startsWith("UserBufs:"))
                            .map(line -> line.replaceFirst("UserBufs:\\s*", ""))
                            .filter(count -> !count.equals("0"))
                            .forEach(counts::add);
                } catch (IOException closed) {
                    // the listing's own
                }
            }
        }
        return counts;
    }

    @Test
    void requestsGoByTheBufferTheyLieInAndOthersByTheirAddress() throws Exception {
        try (UringBackend backend = open(LinuxIoUringCalls::new);
                RingLoop loop = RingLoop.open(LinuxIoUringCalls::new)) {
            MemorySegment first = memory();
            loop.memory(map(first));
            try (BlockQueue queue = backend.openQueue(4, loop)) {
                roundTrip(loop, queue, first, first.asSlice(8 * BLOCK), 1);
                assertThat(registered()).containsExactly("1");
                assertThat(loop.buffers().find(first.address(), first.byteSize())).isZero();
                assertThat(loop.buffers().find(first.address(), first.byteSize() + 1))
                        .isEqualTo(GuestBuffers.NONE);
                assertThat(loop.buffers().find(first.address() - 1, 2))
                        .isEqualTo(GuestBuffers.NONE);
                MemorySegment elsewhere = memory();
                roundTrip(loop, queue, elsewhere, first, 3);

                MemorySegment second = memory();
                loop.memory(
                        GuestMemoryMap.of(
                                List.of(
                                        new GuestMemoryMap.Region(0, second),
                                        new GuestMemoryMap.Region(1L << 40, elsewhere))));
                assertThat(registered()).containsExactly("2");
                roundTrip(loop, queue, second, elsewhere, 5);
                roundTrip(loop, queue, first, second, 7);
                loop.memory(map(second).withDirtyLog((address, lengthBytes) -> {}));
                assertThat(registered()).containsExactly("1");
            }
        }
        assertThat(registered()).isEmpty();
    }

    @Test
    void nothingIsPinnedUnlessADiskAsks() throws Exception {
        try (UringBackend backend = plain("disk.raw");
                RingLoop loop = RingLoop.open(LinuxIoUringCalls::new)) {
            MemorySegment memory = memory();
            loop.memory(map(memory));
            try (BlockQueue queue = backend.openQueue(4, loop)) {
                roundTrip(loop, queue, memory, memory.asSlice(8 * BLOCK), 1);
                assertThat(registered()).isEmpty();
            }
        }
    }

    @Test
    void memoryThatMayNotBeLockedIsUsedByItsAddress() throws Exception {
        Function<Arena, IoUringCalls> callsOf =
                callsArena -> refusingBuffers(new LinuxIoUringCalls(callsArena));
        try (UringBackend backend = open(callsOf);
                RingLoop loop = RingLoop.open(callsOf)) {
            MemorySegment memory = memory();
            loop.memory(map(memory));
            try (BlockQueue queue = backend.openQueue(4, loop)) {
                roundTrip(loop, queue, memory, memory.asSlice(8 * BLOCK), 1);
                assertThat(loop.buffers().count()).isZero();
                assertThat(registered()).isEmpty();
            }
        }
    }

    private static IoUringCalls refusingBuffers(IoUringCalls calls) {
        return HookedCalls.ring(
                calls,
                (call, arguments, real) ->
                        call.equals("register") && arguments[1].equals(IoUringRegister.BUFFERS)
                                ? -Errnos.ENOMEM
                                : real.call());
    }

    /**
     * Beside a disk that asks, in one ring. What tells is memory that the VMM takes back and gives
     * anew: a ring that has it registered would go on with the pages that were there.
     */
    @Test
    void aDiskThatDoesNotAskGoesByAddressesWhateverOthersDo() throws Exception {
        int fd = Memory.memfd("guest", 16 * BLOCK);
        try (MappedFile guest = Memory.map(fd, 0, 16 * BLOCK, true);
                UringBackend asking = open(LinuxIoUringCalls::new);
                UringBackend plain = plain("other.raw");
                RingLoop loop = RingLoop.open(LinuxIoUringCalls::new)) {
            loop.memory(map(guest.segment()));
            BlockQueue first = asking.openQueue(4, loop);
            try (BlockQueue queue = plain.openQueue(4, loop)) {
                roundTrip(loop, first, guest.segment(), guest.segment().asSlice(8 * BLOCK), 1);
                assertThat(registered()).containsExactly("1");

                LinuxFileCalls calls = new LinuxFileCalls(arena);
                int punch =
                        FallocateModes.FALLOC_FL_PUNCH_HOLE | FallocateModes.FALLOC_FL_KEEP_SIZE;
                assertThat(calls.fallocate(fd, punch, 0, 16 * BLOCK)).isZero();
                roundTrip(loop, queue, guest.segment(), guest.segment().asSlice(8 * BLOCK), 3);

                first.close();
                assertThat(registered()).as("nobody asks any more").isEmpty();
                roundTrip(loop, queue, guest.segment(), guest.segment().asSlice(8 * BLOCK), 5);
            }
        } finally {
            Descriptors.close(fd);
        }
    }

    private UringBackend plain(String name) throws Exception {
        return UringBackend.open(
                Disk.options(folder.resolve(name), CacheMode.NONE, SIZE_BYTES, null),
                LinuxFileCalls::new,
                LinuxIoUringCalls::new,
                RingOptions.PLAIN);
    }
}
