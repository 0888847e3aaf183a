package dev.platter.it.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.guest.CacheType;
import dev.platter.guest.GuestDisk;
import dev.platter.guest.LinuxGuest;
import dev.platter.guest.QemuDevices;
import dev.platter.it.support.CallTrace;
import dev.platter.it.support.CallTrace.Calls;
import dev.platter.it.support.PlatterProcess;
import dev.platter.it.support.Requires;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The five cache modes as a Linux guest sees them, and the system calls they cause, as strace sees
 * them. One server, one guest, a disk a mode; two more disks make durable writes by fdatasync.
 */
@Tag("guest")
@Requires(guest = true, programs = "strace")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CacheModesGuestTest {
    private static final int WRITES = 16;
    private static final List<String> DISKS =
            List.of(
                    "writeback",
                    "none",
                    "writethrough",
                    "directsync",
                    "unsafe",
                    "writeback-fdatasync",
                    "directsync-fdatasync");

    private Path folder;
    private PlatterProcess server;
    private CallTrace trace;
    private LinuxGuest guest;

    @BeforeAll
    void boot() throws Exception {
        folder =
                Files.createTempDirectory(Path.of("target").toAbsolutePath(), "modes").toRealPath();
        trace = new CallTrace(folder.resolve("trace"));
        List<String> specs = new ArrayList<>();
        for (String disk : DISKS) {
            String mode = disk.replace("-fdatasync", "");
            String dsync = disk.endsWith("-fdatasync") ? "fdatasync" : "rwf";
            specs.add(
                    "backend=posix,file="
                            + image(disk)
                            + ",size=32M,cache="
                            + mode
                            + ",dsync="
                            + dsync
                            + ",serial="
                            + disk);
        }
        Path socket = folder.resolve("sock");
        server =
                PlatterProcess.serveTraced(
                        folder,
                        socket,
                        folder.resolve("trace"),
                        CallTrace.CALLS,
                        specs.toArray(String[]::new));
        guest =
                LinuxGuest.builder()
                        .consoleLog(folder.resolve("console"))
                        .qemu(QemuDevices.vhostUserScsi("platter", socket, 2))
                        .boot();
    }

    @AfterAll
    void end() throws IOException {
        if (guest != null) {
            guest.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest
    @Order(1) // before any other has switched it
    @CsvSource({
        "writeback, WRITE_BACK",
        "none, WRITE_BACK",
        "unsafe, WRITE_BACK",
        "writethrough, WRITE_THROUGH",
        "directsync, WRITE_THROUGH"
    })
    void theGuestSeesTheModesCacheTypeAndMaySwitchItAndBack(String mode, CacheType configured)
            throws IOException {
        GuestDisk disk = guest.disk(mode);
        assertThat(disk.cacheType()).isEqualTo(configured);
        CacheType other =
                configured == CacheType.WRITE_BACK ? CacheType.WRITE_THROUGH : CacheType.WRITE_BACK;
        disk.setCacheType(other);
        assertThat(disk.cacheType()).isEqualTo(other);
        disk.setCacheType(configured);
        assertThat(disk.cacheType()).isEqualTo(configured);
    }

    @ParameterizedTest
    @CsvSource({
        "writeback, false",
        "none, true",
        "writethrough, false",
        "directsync, true",
        "unsafe, false"
    })
    void theHostOpensTheImageAsQemuDoes(String mode, boolean direct) throws IOException {
        String opening = trace.opening(image(mode));
        assertThat(opening)
                .contains("O_RDWR")
                .contains("O_CLOEXEC")
                .doesNotContain("O_SYNC")
                .doesNotContain("O_DSYNC");
        assertThat(opening.contains("O_DIRECT")).isEqualTo(direct);
    }

    @ParameterizedTest
    @ValueSource(strings = {"writeback", "none", "writethrough", "directsync"})
    void synchronousWritesCostAFlushEachUnderWriteBack(String mode) throws IOException {
        under(mode, CacheType.WRITE_BACK);
        assertThat(synchronousWrites(mode)).isEqualTo(new Calls(WRITES, 0, WRITES));
    }

    @ParameterizedTest
    @ValueSource(strings = {"writeback", "none", "writethrough", "directsync"})
    void synchronousWritesAreOneDurableCallEachUnderWriteThrough(String mode) throws IOException {
        under(mode, CacheType.WRITE_THROUGH);
        assertThat(synchronousWrites(mode)).isEqualTo(new Calls(0, WRITES, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"writeback-fdatasync", "directsync-fdatasync"})
    void synchronousWritesAreAWriteAndAnFdatasyncEachWhereSoAsked(String mode) throws IOException {
        under(mode, CacheType.WRITE_THROUGH);
        assertThat(synchronousWrites(mode)).isEqualTo(new Calls(WRITES, 0, WRITES));
    }

    @ParameterizedTest
    @ValueSource(strings = {"WRITE_BACK", "WRITE_THROUGH"})
    void unsafeNeverSynchronises(CacheType type) throws IOException {
        trace.skip();
        under("unsafe", type);
        dd("unsafe", WRITES, "direct,dsync");
        assertThat(trace.next(image("unsafe"))).isEqualTo(new Calls(WRITES, 0, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"writeback", "none", "writethrough", "directsync"})
    void switchingToWriteThroughSynchronisesOnceWhatWasVolatile(String mode) throws IOException {
        under(mode, CacheType.WRITE_BACK);
        dd(mode, 1, "direct");
        trace.skip();
        guest.disk(mode).setCacheType(CacheType.WRITE_THROUGH);
        assertThat(trace.next(image(mode))).isEqualTo(new Calls(0, 0, 1));
        guest.disk(mode).setCacheType(CacheType.WRITE_BACK);
        assertThat(trace.next(image(mode))).isEqualTo(new Calls(0, 0, 0));
    }

    @Test
    void twoDisksOfOneSocketWorkAtOnce() throws IOException {
        String first = guest.disk("writeback").device();
        String second = guest.disk("directsync").device();
        guest.output(
                "dd if=/dev/urandom of=/tmp/data bs=1M count=4 status=none;"
                        + " dd if=/tmp/data of="
                        + first
                        + " bs=64k oflag=direct status=none &"
                        + " dd if=/tmp/data of="
                        + second
                        + " bs=64k oflag=direct status=none; wait;"
                        + " head -c 4m "
                        + first
                        + " | cmp - /tmp/data && head -c 4m "
                        + second
                        + " | cmp - /tmp/data");
    }

    private Calls synchronousWrites(String mode) throws IOException {
        trace.skip();
        dd(mode, WRITES, "direct,dsync");
        return trace.next(image(mode));
    }

    private void under(String mode, CacheType type) throws IOException {
        guest.disk(mode).setCacheType(type);
    }

    private void dd(String mode, int count, String flags) throws IOException {
        guest.output(
                "dd if=/dev/zero of="
                        + guest.disk(mode).device()
                        + " bs=4k count="
                        + count
                        + " oflag="
                        + flags
                        + " status=none");
    }

    private Path image(String disk) {
        return folder.resolve(disk + ".raw");
    }
}
