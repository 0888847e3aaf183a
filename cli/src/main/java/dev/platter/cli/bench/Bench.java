package dev.platter.cli.bench;

import dev.platter.cli.bench.BenchResult.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Runs scenarios one after the other on one image. */
final class Bench {
    private final BenchOptions options;
    private final Consumer<String> progress;

    /**
     * Prepares a run.
     *
     * @param progress is told what is being done
     */
    Bench(BenchOptions options, Consumer<String> progress) {
        this.options = options;
        this.progress = progress;
    }

    /**
     * Measures.
     *
     * @param scenarios what; the contenders of each are filtered and multiplied by the builds here
     */
    BenchResult run(List<Scenario> scenarios) throws BenchException, InterruptedException {
        List<Scenario> selected = select(scenarios, options);
        Peers peers = Peers.look(options.peerRoot());
        progress.accept("writing the image");
        try (Place place = Place.prepare(options)) {
            List<Outcome> outcomes = new ArrayList<>();
            for (Scenario scenario : selected) {
                String step = (outcomes.size() + 1) + "/" + selected.size() + " " + scenario.id();
                Consumer<String> tell = what -> progress.accept(step + ": " + what);
                try (ScenarioRun run = new ScenarioRun(scenario, options, place, peers, tell)) {
                    outcomes.add(run.measure(outcomes.size()));
                }
            }
            Machine machine = Machine.look(place.image(), peers.text());
            return new BenchResult(machine, options, place.imageBytes(), outcomes);
        }
    }

    /**
     * The scenarios with the contenders that the filter leaves, once more for each further build.
     */
    static List<Scenario> select(List<Scenario> scenarios, BenchOptions options) {
        List<Scenario> selected = new ArrayList<>();
        for (Scenario scenario : scenarios) {
            List<Contender> contenders = new ArrayList<>();
            for (Contender contender : scenario.contenders()) {
                for (String build : options.builds().keySet()) {
                    Contender built = Contenders.withBuild(contender, build);
                    if (!contenders.contains(built) && chosen(scenario, built, options)) {
                        contenders.add(built);
                    }
                }
            }
            if (!contenders.isEmpty()) {
                selected.add(scenario.with(contenders));
            }
        }
        return selected;
    }

    private static boolean chosen(Scenario scenario, Contender contender, BenchOptions options) {
        String name = scenario.id() + "/" + contender.id();
        return options.filter().map(filter -> filter.matcher(name).find()).orElse(true);
    }
}
