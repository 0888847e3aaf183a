package dev.platter.conformance.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The model accepts whatever a disk that works may do, and nothing that it may not. */
class LegalHistoryTest {
    private static final int BLOCKS = 4;

    private static void live(
            long seed, Promises promises, boolean failures, boolean switches, int steps) {
        Random random = new Random(seed);
        LegalDisk disk = new LegalDisk(BLOCKS, promises, random);
        DurabilityModel model = new DurabilityModel(promises);
        for (int life = 0; life < 3; life++) {
            for (int step = 0; step < steps; step++) {
                disk.step(failures, switches);
            }
            int[] contents = disk.cut();
            assertThat(model.checkAfterPowerCut(disk.history, contents))
                    .as("seed %d, life %d:%n%s", seed, life, disk.history)
                    .isEmpty();
            if (!switches && !failures) {
                // Else the disk may have been stronger than it had to be.
                assertIllegalIsSeen(model, disk, contents, seed);
            }
            disk.restart(contents);
        }
    }

    private static void assertIllegalIsSeen(
            DurabilityModel model, LegalDisk disk, int[] contents, long seed) {
        int[] forbidden = disk.forbidden();
        for (int block = 0; block < BLOCKS; block++) {
            if (forbidden[block] != Stamps.FOREIGN) {
                int[] wrong = contents.clone();
                wrong[block] = forbidden[block];
                assertThat(model.checkAfterPowerCut(disk.history, wrong))
                        .as("seed %d, #%d on %d:%n%s", seed, wrong[block], block, disk.history)
                        .isNotEmpty();
            }
        }
    }

    @Property(tries = 3000)
    void everyHistoryOfAWriteBackDisk(@ForAll long seed, @ForAll @IntRange(max = 150) int steps) {
        live(seed, Promises.BACKEND, false, false, steps);
    }

    @Property(tries = 2000)
    void everyHistoryWithFailures(@ForAll long seed, @ForAll @IntRange(max = 200) int steps) {
        live(seed, Promises.BACKEND, true, false, steps);
    }

    @Property(tries = 2000)
    void everyHistoryWithSwitchesOfTheCache(
            @ForAll long seed, @ForAll boolean writeCache, @ForAll @IntRange(max = 150) int steps) {
        live(seed, Promises.BACKEND.withWriteCache(writeCache), false, true, steps);
    }

    @Property(tries = 2000)
    void everyHistoryWithBoth(
            @ForAll long seed, @ForAll boolean writeCache, @ForAll @IntRange(max = 200) int steps) {
        live(seed, Promises.BACKEND.withWriteCache(writeCache), true, true, steps);
    }
}
