package dev.platter.it.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.platter.guest.CacheType;
import dev.platter.guest.GuestDisk;
import dev.platter.guest.GuestException;
import dev.platter.guest.GuestTimeoutException;
import dev.platter.guest.GuestTools;
import dev.platter.guest.LinuxGuest;
import dev.platter.guest.LinuxGuestBuilder;
import dev.platter.guest.QemuDevices;
import dev.platter.guest.Result;
import dev.platter.it.support.Requires;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** One guest on QEMU's own disks: what the tests of our disks take for granted. */
@Tag("guest")
@Requires(guest = true, programs = GuestTools.FIO)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class QemuDisksGuestTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration REBOOT = Duration.ofMinutes(3);
    private static final List<String> MODES =
            List.of("writeback", "none", "writethrough", "directsync", "unsafe");

    private LinuxGuest guest;

    @BeforeAll
    void boot(@TempDir Path folder) throws Exception {
        LinuxGuestBuilder builder =
                LinuxGuest.builder()
                        .allowReboot()
                        .tools(GuestTools.FIO)
                        .consoleLog(Path.of("target", "guest-console.log"))
                        .onBooting(t -> System.out.println("booting… " + t.toSeconds() + " s"))
                        .qemu(QemuDevices.virtioScsi("scsi"));
        for (int target = 0; target < MODES.size(); target++) {
            builder.qemu(disk(folder, target, MODES.get(target)));
        }
        guest = builder.boot();
        System.out.println("booted in " + guest.bootTime().toMillis() + " ms");
    }

    private static List<String> disk(Path folder, int target, String mode) throws IOException {
        Path image = Files.createFile(folder.resolve(mode + ",with-comma.img"));
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(64 << 20);
        }
        return QemuDevices.scsiDisk("scsi", target, 0, image, mode, "serial-" + mode);
    }

    @AfterAll
    void powerOff() throws Exception {
        if (guest != null) {
            guest.close();
        }
    }

    @Test
    @Order(1)
    void eachDiskShowsTheCacheTypeOfItsModeAndSwitchesIt() throws Exception {
        Map<String, CacheType> seen = new LinkedHashMap<>();
        for (String mode : MODES) {
            seen.put(mode, guest.disk("serial-" + mode).cacheType());
        }
        assertThat(seen)
                .containsEntry("writeback", CacheType.WRITE_BACK)
                .containsEntry("none", CacheType.WRITE_BACK)
                .containsEntry("unsafe", CacheType.WRITE_BACK)
                .containsEntry("writethrough", CacheType.WRITE_THROUGH)
                .containsEntry("directsync", CacheType.WRITE_THROUGH);
        for (int target = 0; target < MODES.size(); target++) {
            GuestDisk disk = guest.disk(target, 0);
            disk.setCacheType(CacheType.WRITE_THROUGH);
            assertThat(disk.cacheType()).isEqualTo(CacheType.WRITE_THROUGH);
            disk.setCacheType(CacheType.WRITE_BACK);
            assertThat(disk.cacheType()).isEqualTo(CacheType.WRITE_BACK);
        }
    }

    @Test
    @Order(2)
    void hostProgramsRunInTheGuest() throws Exception {
        GuestDisk disk = guest.disk("serial-none");
        assertThat(guest.output("sg_inq " + disk.device())).contains("Vendor identification: QEMU");
        assertThat(guest.output("sg_readcap " + disk.genericDevice()))
                .contains("Number of logical blocks=131072");
        assertThat(guest.output("/usr/bin/dd --version")).contains("coreutils");
        assertThat(guest.output("dd --version")).contains("coreutils");
        guest.output("dd if=/dev/zero of=" + disk.device() + " bs=4k count=16 oflag=direct,dsync");
    }

    @Test
    @Order(3)
    void commandsAnswerWithStatusAndOutputOfAnyShape() throws Exception {
        assertThat(guest.run("echo one; echo two >&2; exit 7", MINUTE))
                .isEqualTo(new Result(7, "one\ntwo\n"));
        assertThat(guest.run("printf 'RESULT 1 0 0 3\\n'", MINUTE).output())
                .isEqualTo("RESULT 1 0 0 3\n");
        assertThat(guest.run("seq 1 100000", MINUTE).output()).hasSize(588_895);
        assertThat(guest.run("cat <<'X'\n'quoted' \"$HOME\" \\\nX\n", MINUTE).output())
                .isEqualTo("'quoted' \"$HOME\" \\\n");
        assertThatThrownBy(() -> guest.output("ls /nowhere"))
                .isInstanceOf(GuestException.class)
                .hasMessageContaining("/nowhere");
    }

    @Test
    @Order(4)
    void aCommandPastItsLimitIsKilledAndTheChannelGoesOn() throws Exception {
        assertThatThrownBy(
                        () ->
                                guest.run(
                                        "echo begun; sleep 1000 & sleep 1000",
                                        Duration.ofSeconds(1)))
                .isInstanceOf(GuestTimeoutException.class)
                .hasMessageContaining("begun");
        assertThat(guest.run("pidof sleep", MINUTE).ok()).isFalse();
        assertThat(guest.output("echo alive")).isEqualTo("alive");
    }

    @Test
    @Order(5)
    void fioVerifiesWhatItWrote() throws Exception {
        String device = guest.disk("serial-directsync").device();
        assertThat(
                        guest.output(
                                "fio --name=verify --filename="
                                        + device
                                        + " --rw=randwrite --bs=4k --size=4m --direct=1"
                                        + " --ioengine=libaio --iodepth=16 --verify=crc32c"))
                .contains("err= 0");
    }

    @Test
    @Order(6)
    void aFileSystemOutlivesARebootOfTheGuest() throws Exception {
        GuestDisk disk = guest.disk("serial-writeback");
        guest.output("mkfs.ext4 -q " + disk.device() + " && mount " + disk.device() + " /mnt");
        String sum =
                guest.output(
                        "/usr/bin/dd if=/dev/urandom of=/mnt/data bs=1M count=4 status=none; sync;"
                                + " sha256sum < /mnt/data");
        String bootId = guest.output("cat /proc/sys/kernel/random/boot_id");
        guest.reboot(REBOOT);
        System.out.println("rebooted in " + guest.bootTime().toMillis() + " ms");
        assertThat(guest.output("cat /proc/sys/kernel/random/boot_id")).isNotEqualTo(bootId);
        guest.output("e2fsck -fn " + disk.device());
        assertThat(guest.output("mount " + disk.device() + " /mnt; sha256sum < /mnt/data"))
                .isEqualTo(sum);
    }

    @Test
    @Order(7)
    void aGuestShutsDownInGoodOrder() throws Exception {
        guest.shutdown(MINUTE);
        assertThat(ProcessHandle.of(guest.pid()).filter(ProcessHandle::isAlive)).isEmpty();
        assertThatThrownBy(() -> guest.output("echo alive")).isInstanceOf(IOException.class);
    }
}
