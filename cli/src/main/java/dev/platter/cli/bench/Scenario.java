package dev.platter.cli.bench;

import java.util.List;

/**
 * A load, and who is measured under it.
 *
 * @param id its name in goals, filters and JSON
 * @param title the load in words, with what the writes must be
 * @param load what is asked
 * @param direct whether the page cache is bypassed by every contender; else it is warm
 * @param contenders in the order of the report
 */
record Scenario(String id, String title, Load load, boolean direct, List<Contender> contenders) {
    Scenario {
        contenders = List.copyOf(contenders);
    }

    Scenario with(List<Contender> others) {
        return new Scenario(id, title, load, direct, others);
    }
}
