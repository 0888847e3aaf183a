package dev.platter.cli.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** Made-up results of runs. */
final class Results {
    private Results() {}

    static BenchOptions options() {
        return new BenchOptions(
                Path.of("/tmp"),
                Optional.empty(),
                64 << 20,
                Suite.QUICK,
                Optional.empty(),
                3,
                500_000_000,
                1_000_000_000,
                false,
                true,
                Map.of("platter", List.of("java", "dev.platter.cli.Main")),
                Optional.empty(),
                1);
    }

    /** A contender whose rounds saw these rates. */
    static Measurement measurement(Contender contender, double cpuMicros, double... perSecond) {
        Measurement measurement = new Measurement(contender, "label of <" + contender.id() + ">");
        for (double rate : perSecond) {
            Histogram latencies = Latencies.histogram();
            for (int i = 1; i <= 1000; i++) {
                latencies.recordValue((long) (i * 1e6 / rate));
            }
            measurement.latencies().add(latencies);
            measurement.add(Sample.of(rate, cpuMicros, latencies));
        }
        return measurement;
    }

    static BenchResult result(String scenario, Measurement... measurements) {
        Scenario run =
                Scenarios.of(Suite.FULL).stream()
                        .filter(s -> s.id().equals(scenario))
                        .findFirst()
                        .orElseThrow();
        BenchResult.Skipped skipped =
                new BenchResult.Skipped(
                        Contenders.bareFile(true, true), "fio is not \"here\" & <gone>");
        return new BenchResult(
                new Machine(
                        "6.1",
                        2,
                        "a processor",
                        "25",
                        "ext4 on /dev/vda",
                        "qemu-storage-daemon 7.2"),
                options(),
                64 << 20,
                List.of(
                        new BenchResult.Outcome(
                                run, List.of(measurements), List.of(skipped), false)));
    }

    /** Two contenders of durable-d1, with system calls of the first. */
    static BenchResult durable() {
        Measurement ours =
                measurement(Contenders.platter("directsync", "auto", "auto"), 20, 9000, 3000, 9900);
        ours.systemCalls(new TreeMap<>(Map.of("pwritev2", 1.0, "write", 0.75)));
        Measurement theirs =
                measurement(
                        Contenders.daemons("io_uring", true, true, Durability.NONE).getFirst(),
                        40,
                        6000,
                        2000,
                        6000);
        return result("durable-d1", ours, theirs);
    }
}
