package dev.platter.backend.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import dev.platter.backend.uring.FaultRing.Script;
import dev.platter.linux.LinuxFileCalls;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that have come alone, which the owner carries out itself. */
@Timeout(60)
class LoneRequestTest {
    private static final int BLOCK = 4096;
    private static final int ROUNDS = 40;

    @TempDir(factory = InTarget.class)
    private Path folder;

    private final Script script = new Script();
    private final Arena arena = Arena.ofAuto();

    private UringBackend open(String dsync) throws Exception {
        return UringBackend.open(
                Disk.options(folder.resolve("disk.raw"), CacheMode.WRITETHROUGH, 1 << 20, dsync),
                LinuxFileCalls::new,
                callsArena -> new FaultRing(callsArena, script),
                new RingOptions(true, false, false, false));
    }

    private IoVector block(int value) {
        IoVector vector = new IoVector(arena, 1);
        assertThat(vector.add(arena.allocate(BLOCK, BLOCK).fill((byte) value), 0, BLOCK)).isTrue();
        return vector;
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwf", "fdatasync"})
    void mostLoneDurableWritesAndFlushesTakeNoOperationOfTheRing(String dsync) throws Exception {
        try (UringBackend backend = open(dsync);
                BlockQueue queue = backend.openQueue(4)) {
            script.arm();
            for (int i = 0; i < ROUNDS; i++) {
                assertThat(queue.writev(1, (long) i * BLOCK, block(i), IoFlags.FUA)).isTrue();
                assertThat(queue.mustPoll()).isTrue();
                assertThat(Disk.drained(queue)).isEqualTo(BLOCK);
                assertThat(queue.writev(1, (long) i * BLOCK, block(i), IoFlags.NONE)).isTrue();
                assertThat(Disk.drained(queue)).isEqualTo(BLOCK);
                assertThat(queue.flush(1)).isTrue();
                assertThat(Disk.drained(queue)).isZero();
            }
            // Some are handed over to see whether they stay alone, or because the disk is slow.
            assertThat(script.calls()).hasSizeLessThan(3 * ROUNDS);
            IoVector back = block(0);
            assertThat(queue.readv(1, 7L * BLOCK, back)).isTrue();
            assertThat(Disk.drained(queue)).isEqualTo(BLOCK);
            assertThat(back.segment(0).get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0))
                    .isEqualTo((byte) 7);
        }
    }

    @Test
    void requestsThatComeTogetherGoByTheRing() throws Exception {
        try (UringBackend backend = open("rwf");
                BlockQueue queue = backend.openQueue(4)) {
            script.arm();
            for (int i = 0; i < 4; i++) {
                assertThat(queue.writev(i, (long) i * BLOCK, block(i), IoFlags.FUA)).isTrue();
            }
            Disk.drain(queue, (tag, result) -> assertThat(result).isEqualTo(BLOCK));
            assertThat(script.calls("pwrite")).hasSize(4);
        }
    }
}
