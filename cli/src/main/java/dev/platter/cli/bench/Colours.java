package dev.platter.cli.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which CSS classes draw a contender: a colour for the family (this build, other builds, each
 * daemon, the bare file), and within a family a dash pattern, because colours alone are not told
 * apart by everybody.
 */
final class Colours {
    /** Light and dark values of each family's colour. */
    static final String STYLE =
            """
            :root { --ink: #1c2530; --soft: #5b6775; --line: #d5dbe2; --paper: #ffffff; --band: #f4f6f8;
              --f0: #1f6fd0; --f1: #7a3fc4; --f2: #c8641b; --f3: #1d8a5a; --f4: #6b7280; }
            @media (prefers-color-scheme: dark) {
              :root { --ink: #e6eaef; --soft: #9aa6b3; --line: #37424e; --paper: #14191f; --band: #1b222a;
                --f0: #6ab0ff; --f1: #c39bff; --f2: #ffa45c; --f3: #5fd6a0; --f4: #a8b1bc; } }
            .f0 { --c: var(--f0); } .f1 { --c: var(--f1); } .f2 { --c: var(--f2); }
            .f3 { --c: var(--f3); } .f4 { --c: var(--f4); }
            .d1 { stroke-dasharray: 7 3; } .d2 { stroke-dasharray: 2 3; } .d3 { stroke-dasharray: 9 3 2 3; }
            .d4 { stroke-dasharray: 12 4; } .d5 { stroke-dasharray: 4 2 1 2; } .d6 { stroke-dasharray: 1 4; }
            .d7 { stroke-dasharray: 14 3 2 3 2 3; }
            """;

    private static final int DASHES = 8;

    private final Map<String, String> classes = new LinkedHashMap<>();

    /** Colours for these contenders. */
    Colours(List<Measurement> measurements) {
        int[] inFamily = new int[5];
        for (Measurement measurement : measurements) {
            Contender contender = measurement.contender();
            int family = family(contender.subject());
            int dash = inFamily[family]++ % DASHES;
            classes.put(contender.id(), "f" + family + " d" + dash);
        }
    }

    private static int family(Subject subject) {
        return switch (subject) {
            case Subject.Platter p -> p.build().equals(Contenders.THIS_BUILD) ? 0 : 1;
            case Subject.StorageDaemon d -> d.peerRoot() ? 3 : 2;
            case Subject.BareFile b -> 4;
        };
    }

    /** The classes of one contender's line and bar. */
    String of(Measurement measurement) {
        return classes.getOrDefault(measurement.contender().id(), "f4 d0");
    }
}
