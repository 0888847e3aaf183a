package dev.platter.it.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockBackendProvider;
import dev.platter.api.block.CacheMode;
import dev.platter.backend.uring.RingLoopProvider;
import dev.platter.guest.GuestDisk;
import dev.platter.guest.GuestTools;
import dev.platter.guest.LinuxGuest;
import dev.platter.it.support.Requires;
import dev.platter.loop.EpollLoopProvider;
import dev.platter.scsi.InitiatorPort;
import dev.platter.scsi.LogicalUnit;
import dev.platter.scsi.LogicalUnitOptions;
import dev.platter.scsi.ScsiTargets;
import dev.platter.vhostuser.Polling;
import dev.platter.vhostuser.VhostUserOptions;
import dev.platter.vhostuser.VhostUserServer;
import dev.platter.virtio.scsi.DeviceGroup;
import dev.platter.virtio.scsi.VirtioScsiDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A Linux guest sees disks come, go under load, and change their size; its other disk works on. */
@Tag("guest")
@Requires(guest = true, programs = GuestTools.FIO)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HotplugGuestTest {
    private static final int QUEUES = 2;
    private static final int MEBIBYTE = 1 << 20;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final ScsiTargets targets = new ScsiTargets();
    private Path folder;
    private BlockBackend steady;
    private VhostUserServer server;
    private LinuxGuest guest;

    @BeforeAll
    void boot() throws Exception {
        folder =
                Files.createTempDirectory(Path.of("target").toAbsolutePath(), "hotplug")
                        .toRealPath();
        steady = open("steady");
        targets.attach(0, 0, unit(steady, "steady"));
        boolean ring = new RingLoopProvider().unavailable().isEmpty();
        server =
                VhostUserServer.listen(
                        folder.resolve("socket"),
                        new VirtioScsiDevice(
                                targets, QUEUES, InitiatorPort.DEFAULT, new DeviceGroup()),
                        new VhostUserOptions(
                                QUEUES + 2,
                                VhostUserOptions.MEMORY_SLOT_LIMIT,
                                ring ? new RingLoopProvider() : new EpollLoopProvider(),
                                Polling.upTo(0)));
        guest =
                LinuxGuest.builder()
                        .processors(QUEUES)
                        .tools(GuestTools.FIO)
                        .consoleLog(folder.resolve("console"))
                        .qemu(Rings.SPLIT.controller(folder.resolve("socket"), QUEUES, 128))
                        .boot();
    }

    private BlockBackend open(String name) throws Exception {
        boolean ring = new RingLoopProvider().unavailable().isEmpty();
        BlockBackendProvider provider =
                ServiceLoader.load(BlockBackendProvider.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .filter(each -> each.name().equals(ring ? "uring" : "posix"))
                        .findFirst()
                        .orElseThrow();
        return provider.open(
                new BackendOptions(
                        folder.resolve(name + ".raw").toString(),
                        CacheMode.WRITEBACK,
                        false,
                        true,
                        OptionalLong.of(64L * MEBIBYTE),
                        Map.of()));
    }

    private static LogicalUnit unit(BlockBackend backend, String serial) {
        return new LogicalUnit(backend, LogicalUnitOptions.builder().serial(serial).build());
    }

    @AfterAll
    void powerOff() throws Exception {
        if (guest != null) {
            guest.close();
        }
        if (server != null) {
            server.close();
        }
        if (steady != null) {
            steady.close();
        }
    }

    @Test
    void disksComeGrowAndGoUnderLoad() throws Exception {
        guest.output(
                "(fio --name=steady --filename="
                        + guest.disk("steady").device()
                        + " --rw=randwrite --bs=4k --size=8m --direct=1 --ioengine=libaio"
                        + " --iodepth=8 --verify=crc32c --loops=3 >/tmp/fio 2>&1;"
                        + " echo $? >/tmp/fio.rc) >/dev/null 2>&1 &");
        for (int round = 0; round < 2; round++) {
            comeGrowAndGo(1 + round, round);
        }
        assertThat(
                        guest.output(
                                "while [ ! -e /tmp/fio.rc ]; do sleep 1; done; cat /tmp/fio.rc",
                                Duration.ofMinutes(4)))
                .isEqualTo("0");
        assertThat(guest.output("cat /tmp/fio")).contains("err= 0");
    }

    private void comeGrowAndGo(int target, int lun) throws Exception {
        BlockBackend backend = open("hot");
        LogicalUnit unit = unit(backend, "hot");
        unit.capacityChanged(16 * MEBIBYTE);
        long start = System.nanoTime();
        targets.attach(target, lun, unit);
        await("ls -d /sys/class/scsi_disk/*:" + target + ":" + lun);
        GuestDisk disk = guest.disk("hot");
        report("attached", start);
        String size = "/sys/block/" + disk.device().replaceFirst("/dev/", "") + "/size";
        assertThat(guest.output("cat " + size)).isEqualTo(sectors(16));

        start = System.nanoTime();
        unit.capacityChanged(32 * MEBIBYTE);
        await("grep -qx " + sectors(32) + " " + size);
        report("grown", start);

        guest.output(
                "rm -f /tmp/dd.rc; (while dd if=/dev/zero of="
                        + disk.device()
                        + " bs=64k count=256 oflag=direct; do :; done; echo over >/tmp/dd.rc)"
                        + " >/dev/null 2>&1 &");
        long before = backend.statistics().writes();
        long deadline = System.nanoTime() + MINUTE.toNanos();
        while (backend.statistics().writes() < before + 8) {
            assertThat(System.nanoTime()).as("the load has begun").isLessThan(deadline);
            Thread.sleep(20);
        }
        start = System.nanoTime();
        assertThat(targets.detach(target, lun).get(1, TimeUnit.MINUTES)).isSameAs(unit);
        report("released", start);
        unit.stop();
        assertThat(backend.flush()).isZero();
        backend.close();
        await("test -e /tmp/dd.rc && ! ls -d /sys/class/scsi_disk/*:" + target + ":" + lun);
        report("gone", start);
    }

    private static void report(String what, long startNanos) {
        System.out.println(what + " after " + (System.nanoTime() - startNanos) / 1_000_000 + " ms");
    }

    private static String sectors(int mebibytes) {
        return String.valueOf((long) mebibytes * MEBIBYTE / 512);
    }

    private void await(String condition) throws IOException {
        assertThat(
                        guest.run(
                                        "until "
                                                + condition
                                                + " >/dev/null 2>&1; do sleep 0.1; done",
                                        MINUTE)
                                .ok())
                .isTrue();
    }
}
