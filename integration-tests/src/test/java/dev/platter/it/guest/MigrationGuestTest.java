package dev.platter.it.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.guest.CacheType;
import dev.platter.guest.GuestDisk;
import dev.platter.guest.GuestException;
import dev.platter.guest.GuestTools;
import dev.platter.guest.LinuxGuest;
import dev.platter.guest.LinuxGuestBuilder;
import dev.platter.it.support.PlatterProcess;
import dev.platter.it.support.Requires;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A running guest moves to another QEMU and back while fio writes and verifies: no error, every
 * byte where it was written, and the disk's cache as the guest had set it. Both QEMUs are
 * front-ends of one server, each at a socket of its own.
 *
 * <p>QEMU 7.2's emulation now and then loses a store of the guest's processor while it migrates:
 * with two processors most times, with disks of QEMU's own as well. So the guest has one, and what
 * fails is tried again; that every page the device writes is marked is for {@code DirtyLogTest} to
 * show.
 */
@Tag("guest")
@Requires(guest = true, programs = GuestTools.FIO)
class MigrationGuestTest {
    private static final Duration LONG = Duration.ofMinutes(3);
    private static final Duration LOAD_LIMIT = Duration.ofSeconds(60);
    private static final int QUEUES = 1;
    private static final int QUEUE_SIZE = 256;
    private static final int MOVES = 2;
    private static final int ATTEMPTS = 3;
    private static final int CACHED_BYTES = 24 << 20;

    @ParameterizedTest
    @EnumSource
    void guestMovesUnderLoad(Rings rings) throws Exception {
        for (int attempt = 1; ; attempt++) {
            try {
                move(rings);
                return;
            } catch (GuestException | AssertionError failure) {
                if (attempt == ATTEMPTS) {
                    throw failure;
                }
                System.out.println("MigrationGuestTest: tried again after " + failure);
            }
        }
    }

    private static void move(Rings rings) throws Exception {
        Path folder =
                Files.createTempDirectory(Path.of("target").toAbsolutePath(), "move").toRealPath();
        Path image = folder.resolve("moving.raw");
        Path cached = folder.resolve("cached.raw");
        byte[] content = new byte[CACHED_BYTES];
        new Random(11).nextBytes(content);
        Files.write(cached, content);
        List<Path> sockets = List.of(folder.resolve("here"), folder.resolve("there"));
        try (PlatterProcess server =
                PlatterProcess.serveSockets(
                        folder,
                        sockets,
                        "file=" + image + ",size=24M,cache=none,serial=moving",
                        "file=" + cached + ",serial=cached")) {
            LinuxGuest guest = description(rings, folder, sockets, 0).boot();
            try {
                startReading(guest);
                guest = moveUnderLoad(guest, rings, folder, sockets);
                assertThat(sumsRead(guest)).containsOnly(sum("MD5", cached));
                GuestDisk disk = guest.disk("moving");
                assertThat(disk.cacheType()).isEqualTo(CacheType.WRITE_THROUGH);
                String seen = guest.output("sha256sum " + disk.device()).replaceFirst(" .*", "");
                guest.shutdown(LONG);
                assertThat(sum("SHA-256", image)).isEqualTo(seen);
            } finally {
                guest.close();
            }
            server.terminate();
            assertThat(server.awaitExit()).isZero();
        }
    }

    /**
     * Reads a disk into the guest's page cache, waits, and reads it from there: pages that the
     * device alone has written, so that no one but the device can tell that they changed.
     */
    private static void startReading(LinuxGuest guest) throws IOException {
        guest.output(
                """
                cat > /run/reader <<'END'
                exec 5<$1
                while [ ! -e /run/stop ]; do
                    echo 1 > /proc/sys/vm/drop_caches
                    cat $1 > /dev/null
                    sleep 1
                    md5sum < $1 >> /run/sums
                done
                touch /run/stopped
                END
                setsid sh /run/reader %s &
                """
                        .formatted(guest.disk("cached").device()));
    }

    private static List<String> sumsRead(LinuxGuest guest) throws IOException {
        guest.output("touch /run/stop; until [ -e /run/stopped ]; do sleep 0.1; done");
        return guest.output("cat /run/sums")
                .lines()
                .map(line -> line.replaceFirst(" .*", ""))
                .toList();
    }

    private static LinuxGuest moveUnderLoad(
            LinuxGuest booted, Rings rings, Path folder, List<Path> sockets) throws Exception {
        LinuxGuest guest = booted;
        GuestDisk disk = guest.disk("moving");
        rings.assertInUse(guest, disk, QUEUES);
        disk.setCacheType(CacheType.WRITE_THROUGH);
        // Reads what it wrote over and over: what reads bring into guest memory must move, too.
        String load =
                ("fio --name=load --ioengine=libaio --direct=1 --iodepth=16 --rw=randwrite --bs=16k"
                                + " --size=24M --verify=crc32c --verify_backlog=64 --verify_fatal=1"
                                + " --time_based --runtime=18 --filename=")
                        + disk.device();
        guest.output(
                "setsid sh -c '%s >/run/fio 2>&1; echo $? >/run/fio-status' &".formatted(load));
        for (int move = 1; move <= MOVES; move++) {
            guest.output("sleep 2; [ ! -e /run/fio-status ]");
            try (LinuxGuest source = guest) {
                guest = source.migrateTo(description(rings, folder, sockets, move), LONG);
            }
        }
        assertThat(guest.output("[ ! -e /run/fio-status ] && echo running"))
                .as("the load outlasts the moves")
                .isEqualTo("running");
        guest.output("until [ -e /run/fio-status ]; do sleep 0.2; done", LOAD_LIMIT);
        assertThat(guest.output("cat /run/fio-status"))
                .as(guest.output("cat /run/fio"))
                .isEqualTo("0");
        assertThat(guest.output("dmesg | grep -ci 'i/o error' || true")).isEqualTo("0");
        return guest;
    }

    private static LinuxGuestBuilder description(
            Rings rings, Path folder, List<Path> sockets, int move) {
        return LinuxGuest.builder()
                .memoryMebibytes(384)
                .tools(GuestTools.FIO)
                .consoleLog(folder.resolve("console" + move))
                .qemu(rings.controller(sockets.get(move % sockets.size()), QUEUES, QUEUE_SIZE));
    }

    private static String sum(String algorithm, Path file) throws Exception {
        byte[] digest = MessageDigest.getInstance(algorithm).digest(Files.readAllBytes(file));
        return HexFormat.of().formatHex(digest);
    }
}
