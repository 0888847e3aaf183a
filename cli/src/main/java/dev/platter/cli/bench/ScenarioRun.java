package dev.platter.cli.bench;

import dev.platter.cli.bench.BenchResult.Outcome;
import dev.platter.cli.bench.BenchResult.Skipped;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One scenario: brings every contender up, then measures them in turn, round after round, so that a
 * drift of the machine meets all alike. Closing ends whatever still runs.
 */
final class ScenarioRun implements AutoCloseable {
    private final Scenario scenario;
    private final BenchOptions options;
    private final Place place;
    private final Peers peers;
    private final Consumer<String> tell;
    private final List<Running> running = new ArrayList<>();
    private final List<Skipped> skipped = new ArrayList<>();
    private long seed;
    private boolean failed;

    ScenarioRun(
            Scenario scenario,
            BenchOptions options,
            Place place,
            Peers peers,
            Consumer<String> tell) {
        this.scenario = scenario;
        this.options = options;
        this.place = place;
        this.peers = peers;
        this.tell = tell;
    }

    /** A contender that is up, and what was seen of it. */
    private record Running(Measurement measurement, Station station) {}

    /**
     * Measures.
     *
     * @param number the scenario's number in the run, so that each has offsets of its own
     */
    Outcome measure(int number) throws InterruptedException {
        seed = options.seed() + (long) number * Integer.MAX_VALUE;
        for (Contender contender : scenario.contenders()) {
            Optional<String> missing = peers.missing(contender.subject());
            if (missing.isPresent()) {
                skipped.add(new Skipped(contender, missing.get()));
            } else {
                tell.accept("warming up " + contender.id());
                bringUp(contender);
            }
        }
        for (int round = 0; round < options.rounds(); round++) {
            tell.accept("round " + (round + 1) + " of " + options.rounds());
            for (Running contender : turn(running, round)) {
                measure(contender);
            }
        }
        if (options.systemCalls() && Commands.program("strace").isPresent()) {
            countSystemCalls();
        }
        return new Outcome(
                scenario,
                running.stream().map(Running::measurement).toList(),
                List.copyOf(skipped),
                failed);
    }

    private void bringUp(Contender contender) throws InterruptedException {
        try {
            Station station =
                    contender.subject() instanceof Subject.BareFile bare
                            ? new BareFileStation(bare, scenario.load(), place)
                            : ServerStation.start(contender, scenario.load(), options, place);
            Running up = new Running(new Measurement(contender, peers.label(contender)), station);
            running.add(up);
            warmUp(up);
        } catch (BenchException e) {
            skipped.add(new Skipped(contender, String.valueOf(e.getMessage())));
        }
    }

    private void warmUp(Running contender) throws InterruptedException {
        try {
            place.settle(scenario.direct());
            contender.station().warmUp(options.warmUpNanos(), seed++);
        } catch (BenchException e) {
            drop(contender, e);
        }
    }

    private void measure(Running contender) throws InterruptedException {
        Measurement measurement = contender.measurement();
        try {
            place.settle(scenario.direct());
            measurement.add(
                    contender
                            .station()
                            .round(options.roundNanos(), measurement.latencies(), seed++));
        } catch (BenchException e) {
            drop(contender, e);
        }
    }

    /** Who fails is out: half its rounds would be compared with all of another's. */
    private void drop(Running contender, BenchException reason) {
        failed = true;
        running.remove(contender);
        contender.station().close();
        skipped.add(
                new Skipped(
                        contender.measurement().contender(), String.valueOf(reason.getMessage())));
    }

    /** Each round begins with another contender, so that none always follows the same one. */
    static <T> List<T> turn(List<T> contenders, int round) {
        List<T> turned = new ArrayList<>(contenders);
        if (round % 2 == 1) {
            Collections.reverse(turned);
        }
        Collections.rotate(turned, -(round / 2));
        return turned;
    }

    private void countSystemCalls() throws InterruptedException {
        tell.accept("counting system calls");
        for (Running contender : running) {
            try {
                place.settle(scenario.direct());
                contender
                        .measurement()
                        .systemCalls(contender.station().systemCalls(options.roundNanos(), seed++));
            } catch (BenchException e) {
                // strace is there and may not attach: the column stays empty.
                tell.accept(e.getMessage());
            }
        }
    }

    @Override
    public void close() {
        running.forEach(contender -> contender.station().close());
    }
}
