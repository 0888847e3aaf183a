package dev.platter.cli.bench;

import dev.platter.cli.bench.Goal.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Platter's goals for its own speed; the one place for their numbers. */
final class Goals {
    private static final String DIRECTSYNC = "platter:directsync:auto:auto";
    private static final String NONE = "platter:none:auto:auto";
    private static final String WRITEBACK = "platter:writeback:auto:auto";

    private static final List<String> DIRECT_DAEMONS =
            List.of(
                    "qsd:direct:io_uring",
                    "qsd:direct:threads",
                    "qsd-peer:direct:io_uring",
                    "qsd-peer:direct:threads");
    private static final List<String> BUFFERED_DAEMONS =
            List.of(
                    "qsd:buffered:io_uring",
                    "qsd:buffered:threads",
                    "qsd-peer:buffered:io_uring",
                    "qsd-peer:buffered:threads");
    private static final List<String> BUFFERED_URING_DAEMONS =
            List.of("qsd:buffered:io_uring", "qsd-peer:buffered:io_uring");

    private final List<Goal> goals = new ArrayList<>();

    private Goals() {
        durable();
        choiceOfDurableWrites();
        reads();
        direct();
        latencies();
        calls();
        compare(
                "64 disks in one server, one busy, over a server with one",
                "disks",
                WRITEBACK + ":64-disks",
                List.of(WRITEBACK),
                0.95);
    }

    /** All of them, in the order of the table. */
    static List<Goal> all() {
        return List.copyOf(new Goals().goals);
    }

    /** The scenarios that the goals are about, with the contenders that they name. */
    static List<Scenario> scenarios() {
        List<Scenario> needed = new ArrayList<>();
        for (Scenario scenario : Scenarios.of(Suite.FULL)) {
            Set<String> named = contenders(scenario.id());
            List<Contender> contenders =
                    scenario.contenders().stream().filter(c -> named.contains(c.id())).toList();
            if (!contenders.isEmpty()) {
                needed.add(scenario.with(contenders));
            }
        }
        return needed;
    }

    private static Set<String> contenders(String scenario) {
        Set<String> named = new TreeSet<>();
        for (Goal goal : all()) {
            if (goal.scenario().equals(scenario)) {
                named.add(goal.ours());
                named.addAll(goal.rivals());
            }
        }
        return named;
    }

    private void durable() {
        for (int depth : new int[] {1, 16}) {
            String what = "durable 4 KiB write, depth " + depth;
            List<String> newer = List.of("qsd-peer:direct-writethrough:io_uring");
            compare(
                    what + ", over the newer qemu-storage-daemon",
                    "durable-d" + depth,
                    DIRECTSYNC,
                    newer,
                    depth == 1 ? 1.15 : 1.0);
            cpu(what + ", likewise", "durable-d" + depth, DIRECTSYNC, newer, 1.0);
        }
        List<String> older = List.of("qsd:direct-writethrough:io_uring");
        String what = "durable 4 KiB write, depth 1, over ";
        compare(what + "the system's qemu-storage-daemon", "durable-d1", DIRECTSYNC, older, 1.4);
        cpu(what + "the same", "durable-d1", DIRECTSYNC, older, 0.6);
        compare(
                what + "the bare file",
                "durable-d1",
                DIRECTSYNC,
                List.of("fio:direct:fdatasync"),
                0.75);
        compare(
                what + "cache=none and a guest flush",
                "durable-d1",
                DIRECTSYNC,
                List.of(NONE + "+flush"),
                1.4);
        compare(
                what + "qemu-storage-daemon and a guest flush",
                "durable-d1",
                DIRECTSYNC,
                List.of("qsd:direct:io_uring+flush", "qsd-peer:direct:io_uring+flush"),
                1.6);
    }

    private void choiceOfDurableWrites() {
        for (int depth : new int[] {1, 16}) {
            for (String backend : new String[] {"posix", "uring"}) {
                String setup = "platter:directsync:" + backend;
                compare(
                        "dsync=rwf over fdatasync, " + backend + ", depth " + depth,
                        "durable-d" + depth,
                        setup + ":rwf",
                        List.of(setup + ":fdatasync"),
                        1.0);
            }
            compare(
                    "backend=auto,dsync=auto over the best choice, depth " + depth,
                    "durable-d" + depth,
                    DIRECTSYNC,
                    List.of(
                            "platter:directsync:posix:rwf",
                            "platter:directsync:posix:fdatasync",
                            "platter:directsync:uring:rwf",
                            "platter:directsync:uring:fdatasync"),
                    0.95);
        }
    }

    private void reads() {
        for (int depth : new int[] {1, 32}) {
            String what = "random read, page cache, depth " + depth;
            String scenario = "read-buffered-d" + depth;
            compare(what, scenario, WRITEBACK, BUFFERED_URING_DAEMONS, 1.0);
            cpu(what, scenario, WRITEBACK, BUFFERED_URING_DAEMONS, 1.0);
        }
        compare(
                "random write, page cache, depth 32",
                "write-buffered-d32",
                WRITEBACK,
                BUFFERED_DAEMONS,
                1.5);
    }

    private void direct() {
        for (String direction : new String[] {"read", "write"}) {
            for (int depth : new int[] {1, 32}) {
                String what = "random " + direction + ", O_DIRECT, depth " + depth;
                String scenario = direction + "-direct-d" + depth;
                compare(what, scenario, NONE, DIRECT_DAEMONS, depth == 1 ? 1.2 : 1.0);
                cpu(what, scenario, NONE, DIRECT_DAEMONS, 1.0);
            }
        }
    }

    private void latencies() {
        goals.add(p99("read-buffered-d1", WRITEBACK, BUFFERED_DAEMONS));
        goals.add(p99("read-direct-d1", NONE, DIRECT_DAEMONS));
        goals.add(p99("write-direct-d1", NONE, DIRECT_DAEMONS));
        goals.add(
                p99(
                        "durable-d1",
                        DIRECTSYNC,
                        List.of(
                                "qsd:direct-writethrough:io_uring",
                                "qsd-peer:direct-writethrough:io_uring")));
    }

    private static Goal p99(String scenario, String ours, List<String> rivals) {
        return new Goal("p99, " + scenario, scenario, ours, rivals, Figure.P99, 1.1);
    }

    private void calls() {
        goals.add(calls("read-buffered-d1", WRITEBACK, 2.5));
        goals.add(calls("read-direct-d1", NONE, 2.5));
        goals.add(calls("durable-d1", DIRECTSYNC, 2.5));
        goals.add(calls("read-buffered-d32", WRITEBACK, 0.35));
        goals.add(calls("read-direct-d32", NONE, 0.35));
    }

    private static Goal calls(String scenario, String ours, double most) {
        return new Goal(
                "system calls a request, " + scenario,
                scenario,
                ours,
                List.of(),
                Figure.CALLS,
                most);
    }

    private void compare(
            String what, String scenario, String ours, List<String> rivals, double least) {
        goals.add(new Goal(what, scenario, ours, rivals, Figure.PER_SECOND, least));
    }

    private void cpu(String what, String scenario, String ours, List<String> rivals, double most) {
        goals.add(new Goal(what, scenario, ours, rivals, Figure.CPU, most));
    }
}
