package dev.platter.it.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BlockBackend;
import dev.platter.backend.file.DsyncPolicy;
import dev.platter.backend.posix.PosixBackendProvider;
import dev.platter.backend.uring.UringBackendProvider;
import dev.platter.guest.GuestJava;
import dev.platter.guest.LinuxGuest;
import dev.platter.it.support.BlockTrace;
import dev.platter.it.support.Requires;
import dev.platter.linux.Kernel;
import io.netty.buffer.ByteBuf;
import io.netty.util.ReferenceCounted;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.simple.SimpleLogger;

/**
 * Media with FUA, which few development machines have: the shipped backends in a JVM inside a Linux
 * guest, on memory that takes a millisecond a command and has a volatile cache and FUA. The block
 * trace is the proof. The speeds are printed, and show what a flush less is worth; nothing is
 * asserted of them, for on a busy machine an emulated guest may take longer than its disk does.
 */
@Tag("guest")
@Requires(
        guest = true,
        programs = {"mkfs.xfs"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FuaMediaGuestTest {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final int TRACED = 16;
    private static final int WARM_UP = 200;
    private static final int WRITES_A_ROUND = 25;
    private static final int ROUNDS = 24;

    private static final String SETUP =
            """
            set -e
            mount -t configfs none /sys/kernel/config
            mount -t tracefs none /sys/kernel/tracing
            cd /sys/kernel/tracing
            echo 0 > tracing_on
            echo 4096 > buffer_size_kb
            echo 1 > events/block/block_bio_queue/enable
            echo 1 > events/block/block_rq_issue/enable
            for name in raw-rwf raw-fdatasync xfs ext4; do
                disk=/sys/kernel/config/nullb/$name
                mkdir $disk
                echo 512 > $disk/size
                echo 512 > $disk/blocksize
                echo 1 > $disk/memory_backed
                echo 64 > $disk/cache_size
                echo 2 > $disk/queue_mode
                echo 2 > $disk/irqmode
                echo 1000000 > $disk/completion_nsec
                echo 1 > $disk/power
                device=$name # before Linux 5.19: by its number
                [ -e /sys/block/$name ] || { device=nullb$(cat $disk/index); ln -s $device /dev/$name; }
                echo $name $(cat /sys/block/$device/dev) \
                    $(cat /sys/block/$device/queue/fua) $(cat /sys/block/$device/queue/write_cache)
            done
            for queues in 0 1; do
                disk=/sys/kernel/config/nullb/polled-$queues
                mkdir $disk
                echo 16 > $disk/size
                echo 512 > $disk/blocksize
                echo 1 > $disk/memory_backed
                echo 64 > $disk/cache_size
                echo 2 > $disk/queue_mode
                echo $queues > $disk/poll_queues
                echo 1 > $disk/power
                [ -e /dev/polled-$queues ] || ln -s nullb$(cat $disk/index) /dev/polled-$queues
            done
            mkfs.xfs -q /dev/xfs >/dev/null
            mkfs.ext4 -q /dev/ext4 >/dev/null
            for fs in xfs ext4; do
                mkdir /mnt/$fs
                mount -t $fs -o noatime,lazytime /dev/$fs /mnt/$fs
                for image in posix-rwf posix-fdatasync uring-rwf uring-fdatasync; do
                    dd if=/dev/zero of=/mnt/$fs/$image bs=1M count=4 conv=fsync 2>/dev/null
                done
            done
            sync
            # Has the log written out, so that it has nothing left to do later.
            fsfreeze --freeze /mnt/xfs
            fsfreeze --unfreeze /mnt/xfs
            """;

    private final Map<String, String> devices = new LinkedHashMap<>();
    private final Map<String, List<Double>> speeds = new LinkedHashMap<>();
    private LinuxGuest guest;
    private GuestJava runtime;
    private BlockTrace trace;

    @BeforeAll
    void writeInTheGuest() throws Exception {
        GuestJava java =
                GuestJava.of("java.base", "jdk.unsupported")
                        .withJarsOf(
                                DurableWrites.class,
                                BlockBackend.class,
                                Kernel.class,
                                DsyncPolicy.class,
                                PosixBackendProvider.class,
                                UringBackendProvider.class,
                                ByteBuf.class,
                                ReferenceCounted.class,
                                Logger.class,
                                SimpleLogger.class);
        guest =
                LinuxGuest.builder()
                        .java(java)
                        .memoryMebibytes(1024)
                        .processors(2)
                        .modules("null_blk", "xfs")
                        .tools("mkfs.xfs")
                        .consoleLog(Path.of("target", "fua-guest-console.log"))
                        .boot();
        for (String line : guest.output(SETUP, LIMIT).lines().toList()) {
            String[] words = line.split(" ", 3);
            devices.put(words[0], words[1]);
            assertThat(words[2]).as(line).isEqualTo("1 write back");
        }
        runtime = java;
        run(java);
        trace = new BlockTrace(guest.output("cat /sys/kernel/tracing/trace"));
        printFigures();
    }

    private void run(GuestJava java) throws IOException {
        List<String> arguments =
                new ArrayList<>(
                        Stream.of(TRACED, WARM_UP, WRITES_A_ROUND, ROUNDS)
                                .map(String::valueOf)
                                .toList());
        for (String backend : List.of("posix", "uring")) {
            arguments.addAll(List.of("raw", backend, "/dev/raw-rwf", "/dev/raw-fdatasync"));
            for (String fs : List.of("xfs", "ext4")) {
                String image = "/mnt/" + fs + "/" + backend;
                arguments.addAll(List.of(fs, backend, image + "-rwf", image + "-fdatasync"));
            }
        }
        for (String line : output(java, DurableWrites.class, arguments.toArray(String[]::new))) {
            int last = line.lastIndexOf(' ');
            speeds.computeIfAbsent(line.substring(0, last), name -> new ArrayList<>())
                    .add(Double.parseDouble(line.substring(last + 1)));
        }
    }

    private List<String> output(GuestJava java, Class<?> program, String... arguments)
            throws IOException {
        String command =
                java.command(
                        List.of(
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1"),
                        program,
                        arguments);
        return guest.output(command + " 2>/run/log || { cat /run/log; false; }", LIMIT)
                .lines()
                .toList();
    }

    @Test
    void aDeviceWithPolledQueuesIsPolledForWhatDoesNotSynchronise() throws IOException {
        List<String> lines =
                output(runtime, PolledTransfers.class, "/dev/polled-1", "/dev/polled-0");
        assertThat(lines.getFirst())
                .startsWith("iopoll=on: the disk ")
                .endsWith("has no polled queues (its queue/io_poll is 0)");
        assertThat(lines.getLast()).isEqualTo("polled 400 of 400");
    }

    @AfterAll
    void powerOff() {
        if (guest != null) {
            guest.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"xfs,posix", "xfs,uring", "ext4,posix", "ext4,uring"})
    void anOverwriteWithRwfDsyncIsOneFuaWriteAndNoFlush(String fs, String backend) {
        assertBecame(Collections.nCopies(TRACED, "FUA+8"), fs, backend, "rwf", fs);
    }

    @ParameterizedTest
    @CsvSource({"xfs,posix", "xfs,uring", "ext4,posix", "ext4,uring"})
    void anOverwriteWithFdatasyncIsAWriteAndAFlush(String fs, String backend) {
        assertBecame(pairs("WRITE+8", "FLUSH"), fs, backend, "fdatasync", fs);
    }

    /** As the policy has it: by a system call a raw device gets a FUA write and a flush besides. */
    @Test
    void aRawDeviceGetsOneFuaWriteFromIoUringOnly() {
        assertBecame(Collections.nCopies(TRACED, "FUA+8"), "raw", "uring", "rwf", "raw-rwf");
        assertBecame(pairs("FUA+8", "FLUSH"), "raw", "posix", "rwf", "raw-rwf");
        for (String backend : List.of("posix", "uring")) {
            assertBecame(pairs("WRITE+8", "FLUSH"), "raw", backend, "fdatasync", "raw-fdatasync");
        }
    }

    /**
     * The backend asked for exactly this every time, and the device got exactly this whenever the
     * kernel's own threads kept out of it.
     */
    private void assertBecame(
            List<String> expected, String target, String backend, String dsync, String disk) {
        int undisturbed = 0;
        for (int i = 0; i < DurableWrites.SECTIONS; i++) {
            String name = target + " " + backend + " " + dsync + " " + i;
            BlockTrace.Section section = trace.section(name, devices.get(disk));
            assertThat(section.asked())
                    .as("asked of the block layer: %s", name)
                    .isEqualTo(expected);
            if (section.undisturbed()) {
                undisturbed++;
                assertThat(section.issued())
                        .as("issued to the device: %s", name)
                        .isEqualTo(expected);
            }
        }
        assertThat(undisturbed).as("traces without the kernel's own writes").isPositive();
    }

    private static List<String> pairs(String first, String second) {
        return Collections.nCopies(TRACED, List.of(first, second)).stream()
                .flatMap(List::stream)
                .toList();
    }

    private void printFigures() {
        System.out.printf(
                "Durable 4 KiB overwrites a second at depth 1, O_DIRECT, 1 ms a command, FUA:%n"
                        + "median (least-most) of %d rounds of %d; ratio: median of the rounds'%n",
                ROUNDS, WRITES_A_ROUND);
        speeds.keySet().stream()
                .map(name -> name.substring(0, name.lastIndexOf(' ')))
                .distinct()
                .forEach(this::printRow);
    }

    private void printRow(String name) {
        System.out.printf(
                "%-10s  rwf %s  fdatasync %s  ratio %.2f%n",
                name, spread(name + " rwf"), spread(name + " fdatasync"), ratio(name));
    }

    private String spread(String name) {
        double[] sorted = sorted(name);
        return "%.0f (%.0f-%.0f)".formatted(median(sorted), sorted[0], sorted[sorted.length - 1]);
    }

    /** The median over the rounds, in each of which both were timed, one after the other. */
    private double ratio(String name) {
        List<Double> rwf = speeds.get(name + " rwf");
        List<Double> fdatasync = speeds.get(name + " fdatasync");
        return median(
                IntStream.range(0, rwf.size())
                        .mapToDouble(round -> rwf.get(round) / fdatasync.get(round))
                        .sorted()
                        .toArray());
    }

    private double[] sorted(String name) {
        return speeds.get(name).stream().mapToDouble(Double::doubleValue).sorted().toArray();
    }

    private static double median(double[] sorted) {
        return sorted[sorted.length / 2];
    }
}
