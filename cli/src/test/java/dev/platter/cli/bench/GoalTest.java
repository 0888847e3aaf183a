package dev.platter.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class GoalTest {
    private static final String OURS = "platter:directsync:auto:auto";
    private static final String THEIRS = "qsd:direct-writethrough:io_uring";

    private static Goal goal(Goal.Figure figure, double bound, String... rivals) {
        return new Goal("what", "durable-d1", OURS, List.of(rivals), figure, bound);
    }

    @Test
    void aRateMustReachItsBoundRoundByRound() {
        BenchResult result = Results.durable();
        Goal.Result held = goal(Goal.Figure.PER_SECOND, 1.5, THEIRS).against(result);
        assertThat(held.verdict()).isEqualTo(Goal.Verdict.HOLDS);
        assertThat(held.ratio()).isEqualTo(new Spread(1.5, 1.5, 1.65));
        assertThat(held.ourFigure()).isEqualTo(9000);
        assertThat(held.rivalFigure()).isEqualTo(6000);
        assertThat(held.rival()).isEqualTo(THEIRS);
        assertThat(goal(Goal.Figure.PER_SECOND, 1.51, THEIRS).against(result).verdict())
                .isEqualTo(Goal.Verdict.MISSED);
    }

    @Test
    void aCostMustNotExceedItsBound() {
        BenchResult result = Results.durable();
        assertThat(goal(Goal.Figure.CPU, 0.5, THEIRS).against(result).verdict())
                .isEqualTo(Goal.Verdict.HOLDS);
        assertThat(goal(Goal.Figure.CPU, 0.49, THEIRS).against(result).verdict())
                .isEqualTo(Goal.Verdict.MISSED);
    }

    @Test
    void callsStandAlone() {
        Goal.Result held = goal(Goal.Figure.CALLS, 1.75).against(Results.durable());
        assertThat(held.verdict()).isEqualTo(Goal.Verdict.HOLDS);
        assertThat(held.ourFigure()).isCloseTo(1.75, within(1e-9));
    }

    @Test
    void theRivalIsTheFastestThatIsThere() {
        Measurement slow = Results.measurement(Contenders.bareFile(true, true), 1, 10, 10, 10);
        Measurement ours =
                Results.measurement(
                        Contenders.platter("directsync", "auto", "auto"), 1, 30, 30, 30);
        Measurement fast =
                Results.measurement(
                        Contenders.daemons("io_uring", true, true, Durability.NONE).getFirst(),
                        1,
                        20,
                        20,
                        20);
        BenchResult result = Results.result("durable-d1", slow, ours, fast);
        Goal.Result held =
                goal(Goal.Figure.PER_SECOND, 1, "fio:direct:fdatasync", THEIRS, "nobody")
                        .against(result);
        assertThat(held.rival()).isEqualTo(THEIRS);
    }

    @Test
    void withoutAContenderNothingIsClaimed() {
        BenchResult result = Results.durable();
        assertThat(goal(Goal.Figure.PER_SECOND, 1, "nobody").against(result).verdict())
                .isEqualTo(Goal.Verdict.NOT_MEASURED);
        Goal elsewhere = new Goal("what", "disks", OURS, List.of(), Goal.Figure.CALLS, 1);
        assertThat(elsewhere.against(result).verdict()).isEqualTo(Goal.Verdict.NOT_MEASURED);
    }

    @Test
    void theTableHasARowForEachGoalOfTheScenariosThatRan() {
        StringWriter text = new StringWriter();
        GoalsReport.print(Results.durable(), new PrintWriter(text, true));
        long rows = Goals.all().stream().filter(g -> g.scenario().equals("durable-d1")).count();
        assertThat(
                        text.toString()
                                .lines()
                                .filter(line -> line.matches(".*(holds|missed|not measured)$")))
                .hasSize((int) rows);
        assertThat(text.toString())
                .containsPattern(
                        "over the system's qemu-storage-daemon +per second +>= 1.4 x +1.50 x +\\(1.50..1.65\\) +9000 +6000 +"
                                + THEIRS
                                + " +holds");
    }
}
