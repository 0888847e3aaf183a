package dev.platter.cli.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** fio's psync engine on the image itself: one thread, one call after the other. */
final class BareFileStation implements Station {
    private static final double NANOS_PER_MICRO = 1000;

    private final Subject.BareFile subject;
    private final Load load;
    private final Place place;

    BareFileStation(Subject.BareFile subject, Load load, Place place) {
        this.subject = subject;
        this.load = load;
        this.place = place;
    }

    @Override
    public Sample round(long windowNanos, Histogram latencies, long seed)
            throws BenchException, InterruptedException {
        Path answer = place.fresh(".json");
        Path messages = place.fresh(".log");
        try {
            int code =
                    new ProcessBuilder(command(windowNanos, answer, seed))
                            .redirectErrorStream(true)
                            .redirectOutput(messages.toFile())
                            .start()
                            .waitFor();
            if (code != 0) {
                throw new BenchException("fio failed: " + Files.readString(messages).strip());
            }
            return sample(JsonTree.parse(Files.readString(answer, StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new BenchException("fio: " + e.getMessage(), e);
        }
    }

    private List<String> command(long windowNanos, Path answer, long seed) throws BenchException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "fio",
                                "--name=bare-file",
                                "--ioengine=psync",
                                "--thread",
                                "--filename=" + place.image().toString().replace(":", "\\:"),
                                "--size=" + place.imageBytes(),
                                "--rw="
                                        + (load.sequential() ? "" : "rand")
                                        + (load.write() ? "write" : "read"),
                                "--bs=" + load.blockBytes(),
                                "--direct=" + (subject.direct() ? 1 : 0),
                                "--time_based",
                                "--runtime=" + TimeUnit.NANOSECONDS.toMillis(windowNanos) + "ms",
                                "--norandommap",
                                "--randseed=" + Math.abs(seed),
                                // The page cache is as this run has prepared it.
                                "--invalidate=0",
                                "--allow_file_create=0",
                                "--percentile_list=50:99:99.9"));
        if (subject.fdatasync()) {
            command.add("--fdatasync=1");
        }
        command.addAll(List.of("--output-format=json", "--output=" + answer));
        return command;
    }

    private Sample sample(Object answer) {
        String direction = load.write() ? "write" : "read";
        double perSecond = JsonTree.number(answer, "jobs", 0, direction, "iops");
        double share =
                JsonTree.number(answer, "jobs", 0, "usr_cpu")
                        + JsonTree.number(answer, "jobs", 0, "sys_cpu");
        double cpuMicros = share / 100 * TimeUnit.SECONDS.toMicros(1) / perSecond;
        double requests = JsonTree.number(answer, "jobs", 0, direction, "total_ios");
        return new Sample(
                (long) requests,
                perSecond,
                cpuMicros,
                percentile(answer, direction, "50.000000"),
                percentile(answer, direction, "99.000000"),
                percentile(answer, direction, "99.900000"));
    }

    /** fio tells a write's latency without that of the synchronisation after it. */
    private double percentile(Object answer, String direction, String name) {
        return subject.fdatasync()
                ? Double.NaN
                : JsonTree.number(answer, "jobs", 0, direction, "clat_ns", "percentile", name)
                        / NANOS_PER_MICRO;
    }

    @Override
    public SortedMap<String, Double> systemCalls(long windowNanos, long seed) {
        return new TreeMap<>();
    }

    @Override
    public void warmUp(long leastNanos, long seed) {}

    @Override
    public void close() {}
}
