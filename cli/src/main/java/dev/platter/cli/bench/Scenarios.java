package dev.platter.cli.bench;

import static dev.platter.cli.bench.Contenders.bareFile;
import static dev.platter.cli.bench.Contenders.daemonDisks;
import static dev.platter.cli.bench.Contenders.daemons;
import static dev.platter.cli.bench.Contenders.platter;
import static dev.platter.cli.bench.Contenders.platterDisks;
import static dev.platter.cli.bench.Contenders.platterWith;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every scenario, and from which suite on each contender takes part. The one place for both. */
final class Scenarios {
    private static final Durability NONE = Durability.NONE;
    private static final Durability FLUSH = Durability.FLUSH;
    private static final Durability FUA = Durability.FUA;

    private final Suite suite;
    private final List<Scenario> scenarios = new ArrayList<>();

    private Scenarios(Suite suite) {
        this.suite = suite;
        durable();
        plain();
        sequential();
        queues();
        disks();
    }

    /** The scenarios of a suite, each with the contenders of that suite. */
    static List<Scenario> of(Suite suite) {
        return List.copyOf(new Scenarios(suite).scenarios);
    }

    private void durable() {
        for (int depth : new int[] {1, 16}) {
            Load load = Load.randomWrite(depth);
            String title = load.text() + ", each durable before it counts";
            add(Suite.QUICK, "durable-d" + depth, title, load, true, durableWrites(true, depth));
            add(
                    Suite.FULL,
                    "durable-buffered-d" + depth,
                    title + ", through the page cache",
                    load,
                    false,
                    durableWrites(false, depth));
        }
    }

    /** Write-through, as the device's promise; and write-back with the guest's own care. */
    private Entries durableWrites(boolean direct, int depth) {
        String through = direct ? "directsync" : "writethrough";
        String back = direct ? "none" : "writeback";
        Entries entries =
                new Entries()
                        .from(Suite.QUICK, platter(through, "auto", "auto"))
                        .from(Suite.QUICK, platter(through, "posix", "rwf"))
                        .from(Suite.QUICK, platter(through, "uring", "rwf"))
                        .from(Suite.STANDARD, platter(through, "posix", "fdatasync"))
                        .from(Suite.STANDARD, platter(through, "uring", "fdatasync"))
                        .from(Suite.QUICK, platter(back, "auto", "auto", FLUSH))
                        .from(Suite.STANDARD, platter(back, "auto", "auto", FUA))
                        .from(Suite.FULL, platter(back, "posix", "auto", FLUSH))
                        .from(Suite.FULL, platter(back, "uring", "auto", FLUSH))
                        .from(Suite.FULL, platterWith(through, "sqpoll"))
                        .from(Suite.FULL, platterWith(through, "registered-buffers"))
                        .from(Suite.QUICK, daemons("io_uring", direct, true, NONE))
                        .from(Suite.STANDARD, daemons("threads", direct, true, NONE))
                        .from(Suite.QUICK, daemons("io_uring", direct, false, FLUSH))
                        .from(Suite.FULL, daemons("threads", direct, false, FLUSH));
        return depth == 1 ? entries.from(Suite.QUICK, bareFile(direct, true)) : entries;
    }

    private void plain() {
        for (boolean direct : new boolean[] {false, true}) {
            for (int depth : new int[] {1, 8, 32}) {
                Suite from = depth == 8 ? Suite.STANDARD : Suite.QUICK;
                String name = (direct ? "-direct-d" : "-buffered-d") + depth;
                String how = direct ? ", O_DIRECT" : ", page cache";
                Load read = Load.randomRead(depth);
                add(from, "read" + name, read.text() + how, read, direct, any(direct, depth));
                Load write = Load.randomWrite(depth);
                add(from, "write" + name, write.text() + how, write, direct, any(direct, depth));
            }
        }
    }

    private void sequential() {
        for (boolean direct : new boolean[] {true, false}) {
            Suite from = direct ? Suite.STANDARD : Suite.FULL;
            String name = direct ? "-direct-1m" : "-buffered-1m";
            String how = direct ? ", O_DIRECT" : ", page cache";
            Load read = Load.sequentialRead(4);
            add(from, "read" + name, read.text() + how, read, direct, any(direct, 4));
            Load write = Load.sequentialWrite(4);
            add(from, "write" + name, write.text() + how, write, direct, any(direct, 4));
        }
    }

    private void queues() {
        Load read = Load.randomRead(16).withQueues(2);
        add(
                Suite.STANDARD,
                "read-buffered-d16-q2",
                read.text() + ", page cache",
                read,
                false,
                any(false, 16));
        add(
                Suite.FULL,
                "read-direct-d16-q2",
                read.text() + ", O_DIRECT",
                read,
                true,
                any(true, 16));
        Load write = Load.randomWrite(8).withQueues(2);
        add(
                Suite.STANDARD,
                "durable-d8-q2",
                write.text() + ", each durable before it counts",
                write,
                true,
                durableWrites(true, 8));
    }

    private void disks() {
        Load load = Load.randomRead(8);
        add(
                Suite.STANDARD,
                "disks",
                load.text() + ", page cache, one of many disks busy",
                load,
                false,
                new Entries()
                        .from(Suite.STANDARD, platterDisks("writeback", 1))
                        .from(Suite.STANDARD, platterDisks("writeback", 16))
                        .from(Suite.STANDARD, platterDisks("writeback", 64))
                        .from(Suite.FULL, daemonDisks(false, 1))
                        .from(Suite.FULL, daemonDisks(false, 64)));
    }

    /** Whoever can serve plain reads and writes. */
    private static Entries any(boolean direct, int depth) {
        String cache = direct ? "none" : "writeback";
        Entries entries =
                new Entries()
                        .from(Suite.STANDARD, platter(cache, "auto", "auto"))
                        .from(Suite.QUICK, platter(cache, "posix", "auto"))
                        .from(Suite.QUICK, platter(cache, "uring", "auto"))
                        .from(Suite.QUICK, daemons("io_uring", direct, false, NONE))
                        .from(Suite.FULL, platterWith(cache, "sqpoll"))
                        .from(Suite.FULL, platterWith(cache, "registered-buffers"))
                        .from(Suite.STANDARD, daemons("threads", direct, false, NONE));
        return depth == 1 ? entries.from(Suite.QUICK, bareFile(direct, false)) : entries;
    }

    private void add(
            Suite from, String id, String title, Load load, boolean direct, Entries entries) {
        if (suite.includes(from)) {
            scenarios.add(new Scenario(id, title, load, direct, entries.of(suite)));
        }
    }

    /** Contenders with the suite from which on they take part. */
    private static final class Entries {
        private final Map<Contender, Suite> entries = new LinkedHashMap<>();

        Entries from(Suite suite, Contender contender) {
            entries.put(contender, suite);
            return this;
        }

        Entries from(Suite suite, List<Contender> contenders) {
            contenders.forEach(contender -> entries.put(contender, suite));
            return this;
        }

        List<Contender> of(Suite suite) {
            return entries.entrySet().stream()
                    .filter(entry -> suite.includes(entry.getValue()))
                    .map(Map.Entry::getKey)
                    .toList();
        }
    }
}
