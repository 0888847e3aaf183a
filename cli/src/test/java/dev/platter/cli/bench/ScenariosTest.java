package dev.platter.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScenariosTest {
    private static List<String> names(List<Scenario> scenarios) {
        List<String> names = new ArrayList<>();
        for (Scenario scenario : scenarios) {
            scenario.contenders().forEach(c -> names.add(scenario.id() + "/" + c.id()));
        }
        return names;
    }

    @ParameterizedTest
    @EnumSource
    void everyNameIsThereOnce(Suite suite) {
        assertThat(names(Scenarios.of(suite))).doesNotHaveDuplicates();
        assertThat(Scenarios.of(suite)).extracting(Scenario::id).doesNotHaveDuplicates();
    }

    @Test
    void eachSuiteHasAllOfTheOneBefore() {
        List<String> quick = names(Scenarios.of(Suite.QUICK));
        List<String> standard = names(Scenarios.of(Suite.STANDARD));
        List<String> full = names(Scenarios.of(Suite.FULL));
        assertThat(standard).containsAll(quick).hasSizeGreaterThan(quick.size());
        assertThat(full).containsAll(standard).hasSizeGreaterThan(standard.size());
    }

    @Test
    void everyGoalNamesContendersThatExist() {
        List<String> full = names(Scenarios.of(Suite.FULL));
        for (Goal goal : Goals.all()) {
            assertThat(full).contains(goal.scenario() + "/" + goal.ours());
            goal.rivals().forEach(id -> assertThat(full).contains(goal.scenario() + "/" + id));
        }
        assertThat(Goals.all()).extracting(g -> g.what() + g.figure()).doesNotHaveDuplicates();
    }

    @Test
    void theGoalsMeasureNobodyElse() {
        List<String> needed = names(Goals.scenarios());
        assertThat(needed)
                .contains(
                        "durable-d1/fio:direct:fdatasync",
                        "disks/platter:writeback:auto:auto:64-disks")
                .doesNotContain("durable-d1/platter:none:auto:auto+fua");
    }

    @Test
    void aVirtioBlkDiskIsNeverAskedForFua() {
        for (Scenario scenario : Scenarios.of(Suite.FULL)) {
            for (Contender contender : scenario.contenders()) {
                if (!(contender.subject() instanceof Subject.Platter)) {
                    assertThat(contender.durability()).isNotEqualTo(Durability.FUA);
                }
            }
        }
    }

    @Test
    void aFilterSelectsAndFurtherBuildsAreMeasuredBeside() {
        BenchOptions plain = Results.options();
        BenchOptions options =
                new BenchOptions(
                        plain.directory(),
                        plain.image(),
                        plain.imageBytes(),
                        plain.suite(),
                        Optional.of(Pattern.compile("durable-d1/.*(posix|fio)")),
                        plain.rounds(),
                        plain.roundNanos(),
                        plain.warmUpNanos(),
                        plain.polling(),
                        plain.systemCalls(),
                        new java.util.TreeMap<>(
                                Map.of("platter", List.of("a"), "old", List.of("b"))),
                        plain.peerRoot(),
                        plain.seed());
        assertThat(names(Bench.select(Scenarios.of(Suite.QUICK), options)))
                .containsExactly(
                        "durable-d1/old:directsync:posix:rwf",
                        "durable-d1/platter:directsync:posix:rwf",
                        "durable-d1/fio:direct:fdatasync");
    }

    @Test
    void everyRoundBeginsWithAnotherContender() {
        List<Integer> four = List.of(0, 1, 2, 3);
        assertThat(ScenarioRun.turn(four, 0)).containsExactly(0, 1, 2, 3);
        assertThat(ScenarioRun.turn(four, 1)).containsExactly(3, 2, 1, 0);
        assertThat(ScenarioRun.turn(four, 2)).containsExactly(1, 2, 3, 0);
        assertThat(ScenarioRun.turn(four, 3)).containsExactly(2, 1, 0, 3);
        assertThat(ScenarioRun.turn(List.<Integer>of(), 2)).isEmpty();
    }
}
