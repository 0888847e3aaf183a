package dev.platter.backend.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.IoFlags;
import dev.platter.backend.uring.FaultRing.Call;
import dev.platter.backend.uring.FaultRing.Script;
import dev.platter.linux.Errnos;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterProperty;

/** Random requests against an array of bytes, on disk and in memory, bypassing the cache or not. */
class ModelTest {
    private static final int BLOCK = 512;
    private static final int BLOCKS = 512;

    private final Path onDisk = Path.of("target", "model-" + ProcessHandle.current().pid());
    private final Path inMemory =
            Path.of("/dev/shm", "platter-model-" + ProcessHandle.current().pid());

    /**
     * One request.
     *
     * @param shift how far its memory is off a page
     * @param pieces into how many its memory is cut
     */
    record Request(int kind, int block, int count, int value, int shift, int pieces, boolean fua) {}

    @Provide
    Arbitrary<List<Request>> requests() {
        Arbitrary<Integer> shifts = Arbitraries.of(0, 0, 0, 1, 64, 512, 4095);
        return Combinators.combine(
                        Arbitraries.integers().between(0, 6),
                        Arbitraries.integers().between(0, BLOCKS - 1),
                        Arbitraries.integers().between(1, 64),
                        Arbitraries.integers().between(1, 255),
                        shifts,
                        Arbitraries.integers().between(1, 5),
                        Arbitraries.of(false, true))
                .as(Request::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(40);
    }

    @AfterProperty
    void removeImages() throws IOException {
        Files.deleteIfExists(onDisk);
        Files.deleteIfExists(inMemory);
    }

    @Property(tries = 60)
    void theDiskIsAnArrayOfBytes(
            @ForAll("requests") List<Request> requests, @ForAll boolean direct, @ForAll long seed)
            throws Exception {
        run(onDisk, direct, requests, seed);
    }

    @Property(tries = 60)
    void theDiskIsAnArrayOfBytesInALoopToo(
            @ForAll("requests") List<Request> requests, @ForAll boolean direct, @ForAll long seed)
            throws Exception {
        Disk.inLoop = true;
        try {
            run(onDisk, direct, requests, seed);
        } finally {
            Disk.inLoop = false;
        }
    }

    @Property(tries = 60)
    void theDiskIsAnArrayOfBytesInMemoryToo(
            @ForAll("requests") List<Request> requests, @ForAll long seed) throws Exception {
        run(inMemory, false, requests, seed);
    }

    private static void run(Path path, boolean direct, List<Request> requests, long seed)
            throws IOException, BackendException {
        Files.deleteIfExists(path);
        CacheMode mode = direct ? CacheMode.DIRECTSYNC : CacheMode.WRITETHROUGH;
        BackendOptions options = Disk.options(path, mode, (long) BLOCKS * BLOCK, null);
        byte[] model = new byte[BLOCKS * BLOCK];
        try (Disk disk = Disk.open(options, new Moody(seed))) {
            for (Request request : requests) {
                apply(disk, model, request);
            }
            assertThat(Arrays.mismatch(disk.contents(), model)).isEqualTo(-1);
        }
        assertThat(Arrays.mismatch(Files.readAllBytes(path), model)).isEqualTo(-1);
    }

    private static void apply(Disk disk, byte[] model, Request request) {
        int offset = request.block * BLOCK;
        int length = Math.min(request.count, BLOCKS - request.block) * BLOCK;
        int flags = request.fua ? IoFlags.FUA : IoFlags.NONE;
        MemorySegment memory =
                disk.memory(length + request.shift).asSlice(request.shift).fill((byte) 0xee);
        switch (request.kind) {
            case 0, 1 -> {
                memory.fill((byte) request.value);
                assertThat(disk.write(offset, disk.vector(memory, request.pieces), flags))
                        .isEqualTo(length);
                Arrays.fill(model, offset, offset + length, (byte) request.value);
            }
            case 2, 3 -> {
                assertThat(disk.read(offset, disk.vector(memory, request.pieces)))
                        .isEqualTo(length);
                byte[] expected = Arrays.copyOfRange(model, offset, offset + length);
                assertThat(Arrays.mismatch(memory.toArray(ValueLayout.JAVA_BYTE), expected))
                        .isEqualTo(-1);
            }
            case 4 -> {
                int unmap = request.value % 2 == 0 ? IoFlags.MAY_UNMAP : IoFlags.NONE;
                assertThat(disk.zero(offset, length, flags | unmap)).isZero();
                Arrays.fill(model, offset, offset + length, (byte) 0);
            }
            case 5 -> {
                assertThat(disk.discard(offset, length, flags)).isZero();
                if (disk.backend.limits().discardReadsZero()) {
                    Arrays.fill(model, offset, offset + length, (byte) 0);
                }
            }
            default -> assertThat(disk.flush()).isZero();
        }
    }

    /** A host that cuts transfers short, interrupts, and knows not every way to zero a range. */
    private static final class Moody extends Script {
        private final Random random;
        private final boolean cannotAllocate;

        Moody(long seed) {
            random = new Random(seed);
            cannotAllocate = random.nextInt(4) == 0;
        }

        @Override
        long before(Call call) {
            if (call.name().equals("fallocate") && cannotAllocate) {
                return -Errnos.EOPNOTSUPP;
            }
            return random.nextInt(8) == 0 ? -Errnos.EINTR : PASS;
        }

        @Override
        long limit(Call call) {
            return random.nextInt(4) == 0 ? BLOCK * (1L + random.nextInt(8)) : Long.MAX_VALUE;
        }
    }
}
