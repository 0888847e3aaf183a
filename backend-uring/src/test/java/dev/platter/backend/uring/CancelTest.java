package dev.platter.backend.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.CacheMode;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import dev.platter.backend.uring.FaultRing.Call;
import dev.platter.backend.uring.FaultRing.Script;
import dev.platter.linux.Errnos;
import java.nio.file.Path;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests whose results are no longer wanted. */
@Timeout(60)
class CancelTest {
    private static final int BLOCK = 4096;
    private static final int DEPTH = 12;

    @TempDir(factory = InTarget.class)
    private Path folder;

    @AfterEach
    void byDescriptor() {
        Disk.inLoop = false;
    }

    private Disk open(String dsync, Script script) throws Exception {
        return Disk.open(
                Disk.options(folder.resolve("disk.raw"), CacheMode.DIRECTSYNC, 1 << 20, dsync),
                script);
    }

    @ParameterizedTest
    @CsvSource({"rwf, false", "rwf, true", "fdatasync, false", "fdatasync, true"})
    void eachCompletesOnceAndNoneIsAFailureOfTheImage(String dsync, boolean inLoop)
            throws Exception {
        Disk.inLoop = inLoop;
        try (Disk disk = open(dsync, new Script())) {
            for (int round = 0; round < 50; round++) {
                TreeMap<Long, Integer> results = new TreeMap<>();
                for (int i = 0; i < DEPTH; i++) {
                    IoVector vector = disk.vector(disk.filled(BLOCK, i));
                    assertThat(disk.queue.writev(i, (long) i * BLOCK, vector, IoFlags.FUA))
                            .isTrue();
                }
                if (round % 2 == 0) {
                    disk.queue.poll((tag, result) -> results.put(tag, result));
                    disk.turn();
                }
                for (int i = 0; i < DEPTH; i += 2) {
                    disk.queue.cancel(i);
                }
                disk.queue.cancel(99);
                Disk.drain(
                        disk.queue, (tag, result) -> assertThat(results.put(tag, result)).isNull());
                assertThat(results).hasSize(DEPTH);
                results.forEach(
                        (tag, result) -> {
                            if (tag % 2 == 1) {
                                assertThat(result).isEqualTo(BLOCK);
                            } else {
                                assertThat(result).isIn(BLOCK, -Errnos.ECANCELED);
                            }
                        });
                assertThat(disk.flush()).as("nothing sticky").isZero();
            }
        }
    }

    @Test
    void whatTheHostGivesUpByItselfIsAFailure() throws Exception {
        Script script =
                new Script() {
                    @Override
                    long before(Call call) {
                        return call.name().equals("pwrite") ? -Errnos.ECANCELED : PASS;
                    }
                };
        try (Disk disk = open("rwf", script)) {
            assertThat(disk.write(0, BLOCK, 1, IoFlags.FUA)).isEqualTo(-Errnos.ECANCELED);
            assertThat(disk.flush()).as("sticky").isNegative();
        }
    }

    @Test
    void anUnwantedRequestIsNotMadeAgain() throws Exception {
        Script script =
                new Script() {
                    @Override
                    long before(Call call) {
                        return call.name().equals("pwrite") ? -Errnos.EAGAIN : PASS;
                    }
                };
        try (Disk disk = open("rwf", script)) {
            IoVector vector = disk.vector(disk.filled(BLOCK, 1));
            assertThat(disk.queue.writev(5, 0, vector, IoFlags.FUA)).isTrue();
            disk.queue.cancel(5);
            assertThat(Disk.drained(disk.queue)).isEqualTo(-Errnos.ECANCELED);
            assertThat(script.calls("pwrite")).hasSize(1);
            assertThat(disk.flush()).isZero();
        }
    }
}
