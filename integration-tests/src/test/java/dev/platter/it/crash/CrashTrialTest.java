package dev.platter.it.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.CacheMode;
import dev.platter.conformance.Medium;
import dev.platter.conformance.files.CrashFileMedia;
import dev.platter.conformance.torture.CrashTrials;
import dev.platter.conformance.torture.DiskOpener;
import dev.platter.conformance.torture.TrialResult;
import dev.platter.conformance.torture.TrialSetup;
import dev.platter.conformance.torture.TrialSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Power cuts at random operations, under all cache modes and ways of durable writes: not one
 * promise is broken. {@code -Dplatter.crash.trials=N} sets how many a combination, {@code
 * -Dplatter.crash.seed=N} the first seed; a failure prints the seed that repeats it.
 */
class CrashTrialTest {
    private static final int TRIALS = Integer.getInteger("platter.crash.trials", 60);
    private static final long SEED =
            Long.getLong("platter.crash.seed", System.nanoTime() & 0xff_ffffL);
    private static final List<TrialSummary> SUMMARIES = new ArrayList<>();

    private static CrashFileMedia media;

    @BeforeAll
    static void mount() throws Exception {
        CrashDisks.require();
        media = CrashFileMedia.mount();
    }

    @AfterAll
    static void unmount() {
        if (media != null) {
            media.close();
        }
        SUMMARIES.forEach(System.out::println);
        System.out.printf(
                "crash trials: %d trials, %d power cuts, %d violations%n",
                SUMMARIES.stream().mapToLong(TrialSummary::trials).sum(),
                SUMMARIES.stream().mapToLong(TrialSummary::powerCuts).sum(),
                SUMMARIES.stream().mapToLong(summary -> summary.violating().size()).sum());
    }

    private static Stream<List<String>> combinations() {
        return Stream.of("posix", "uring", CrashDisks.RING_ONLY)
                .flatMap(
                        backend ->
                                CrashDisks.MODES.stream()
                                        .flatMap(
                                                mode ->
                                                        Stream.of("auto", "rwf", "fdatasync")
                                                                .map(
                                                                        dsync ->
                                                                                List.of(
                                                                                        backend,
                                                                                        mode
                                                                                                .toString(),
                                                                                        dsync))));
    }

    private static void run(TrialSetup setup) throws Exception {
        try (CrashTrials trials = new CrashTrials(setup, media)) {
            TrialSummary summary = trials.run(SEED, TRIALS);
            SUMMARIES.add(summary);
            assertThat(summary.violating())
                    .as(
                            summary.violating().stream()
                                    .map(TrialResult::report)
                                    .collect(Collectors.joining("\n")))
                    .isEmpty();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("combinations")
    @Timeout(3600)
    void nothingPromisedIsLost(List<String> combination) throws Exception {
        CacheMode mode = CacheMode.named(combination.get(1)).orElseThrow();
        DiskOpener opener =
                CrashDisks.opener(combination.get(0), mode, CrashDisks.dsync(combination.get(2)));
        String name = String.join(" ", combination);
        run(TrialSetup.single(name + ", one client", opener, mode));
        run(TrialSetup.concurrent(name + ", three clients", opener, mode));
    }

    @ParameterizedTest
    @ValueSource(strings = {"posix", "uring"})
    @Timeout(600)
    void aFileServerThatDisregardsTheFlagLosesForcedWritesAndNotThoseOfAuto(String backend)
            throws Exception {
        CacheMode mode = CacheMode.DIRECTSYNC;
        try (CrashFileMedia careless = CrashFileMedia.mount(false)) {
            for (String way : List.of("auto", "rwf")) {
                DiskOpener opener = CrashDisks.opener(backend, mode, CrashDisks.dsync(way));
                TrialSetup setup = TrialSetup.single(backend + " " + way, opener, mode);
                try (CrashTrials trials = new CrashTrials(setup, careless)) {
                    TrialSummary summary = trials.run(SEED, way.equals("auto") ? TRIALS : 1000);
                    assertThat(summary.violating().isEmpty()).isEqualTo(way.equals("auto"));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"posix", "uring"})
    void forcedDsyncIsRefusedOnAFileServerThatNobodyKnows(String backend) throws Exception {
        try (Medium medium = media.create(1 << 20, SEED)) {
            assertThatThrownBy(
                            () ->
                                    CrashDisks.opener(
                                                    backend,
                                                    CacheMode.DIRECTSYNC,
                                                    Map.of("dsync", "rwf"))
                                            .open(medium.location()))
                    .isInstanceOf(BackendException.class)
                    .hasMessageContaining("a FUSE file server need not heed the flag of a write")
                    .hasMessageContaining("unsafe-dsync=on");
        }
    }
}
