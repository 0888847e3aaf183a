package dev.platter.cli.demo;

import dev.platter.guest.CacheType;
import dev.platter.guest.GuestDisk;
import dev.platter.guest.GuestTools;
import dev.platter.guest.GuestUnavailableException;
import dev.platter.guest.LinuxGuest;
import dev.platter.guest.QemuDevices;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A Linux guest under QEMU; its sd driver and its system calls make the requests. */
final class LinuxDemoGuest implements DemoGuest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int FIO_SECONDS = 2;

    // Positions in fio's terse output, version 3.
    private static final int WRITE_IOPS = 48;
    private static final int WRITE_PERCENTILES = 58;
    private static final int PERCENTILE_COUNT = 20;

    private final LinuxGuest guest;

    private LinuxDemoGuest(LinuxGuest guest) {
        this.guest = guest;
    }

    /** What keeps this machine from booting such a guest, as one sentence; empty when nothing. */
    static Optional<String> missing() {
        return GuestTools.missing(List.of(GuestTools.FIO));
    }

    /** Boots the guest with its disks on a vhost-user socket that listens already. */
    static LinuxDemoGuest boot(Path socket, Consumer<String> progress)
            throws IOException, GuestUnavailableException {
        LinuxGuest guest =
                LinuxGuest.builder()
                        .tools(GuestTools.FIO)
                        .onBooting(
                                time ->
                                        progress.accept(
                                                "booting the guest, " + time.toSeconds() + " s"))
                        .qemu(QemuDevices.vhostUserScsi("platter", socket, 1))
                        .boot();
        return new LinuxDemoGuest(guest);
    }

    @Override
    public String description() {
        return "Linux under QEMU (TCG emulation, so its own share of the latency is large)";
    }

    @Override
    public String cacheType(int disk) throws IOException {
        return disk(disk).cacheType().words();
    }

    @Override
    public void switchCacheType(int disk, String cacheType) throws IOException {
        CacheType type =
                Arrays.stream(CacheType.values())
                        .filter(candidate -> candidate.words().equals(cacheType))
                        .findFirst()
                        .orElseThrow();
        disk(disk).setCacheType(type);
    }

    @Override
    public void synchronousWrites(int disk, int count) throws IOException {
        write(disk, count, "direct,dsync");
    }

    @Override
    public void plainWrite(int disk) throws IOException {
        write(disk, 1, "direct");
    }

    private void write(int disk, int count, String flags) throws IOException {
        guest.output(
                "dd if=/dev/zero of="
                        + disk(disk).device()
                        + " bs=4k count="
                        + count
                        + " oflag="
                        + flags
                        + " conv=notrunc status=none",
                LIMIT);
    }

    @Override
    public Timing timeSynchronousWrites(int disk) throws IOException {
        String terse =
                guest.output(
                        "fio --name=sync --filename="
                                + disk(disk).device()
                                + " --rw=randwrite --bs=4k --direct=1 --sync=dsync --ioengine=psync --time_based --runtime="
                                + FIO_SECONDS
                                + " --output-format=terse --terse-version=3",
                        LIMIT);
        String[] fields = terse.strip().split(";");
        return new Timing(median(fields), Double.parseDouble(fields[WRITE_IOPS]));
    }

    /** Finds the 50th percentile among fields of the form {@code 50.000000%=180}. */
    private static double median(String[] fields) throws IOException {
        for (int i = WRITE_PERCENTILES;
                i < Math.min(fields.length, WRITE_PERCENTILES + PERCENTILE_COUNT);
                i++) {
            if (fields[i].startsWith("50.0000")) {
                return Double.parseDouble(fields[i].substring(fields[i].indexOf('=') + 1));
            }
        }
        throw new IOException("fio told no median: " + String.join(";", fields));
    }

    private GuestDisk disk(int disk) throws IOException {
        return guest.disk(disk, 0);
    }

    @Override
    public void close() {
        guest.close();
    }
}
