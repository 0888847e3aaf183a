package dev.platter.it.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.guest.CacheType;
import dev.platter.guest.GuestDisk;
import dev.platter.guest.GuestTools;
import dev.platter.guest.LinuxGuest;
import dev.platter.guest.QemuDevices;
import dev.platter.it.support.PlatterProcess;
import dev.platter.it.support.Requires;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * What a Linux guest stores is what it finds again: file systems, reboots, verified random I/O, and
 * what the SCSI utilities say of the disks. The tests share a guest; those that end it come last.
 */
@Tag("guest")
@Requires(guest = true, programs = GuestTools.FIO)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DataGuestTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final int SYSTEM = 0;
    private static final int SCRATCH = 1;
    private static final int THIN = 2;

    private Path folder;
    private Path socket;
    private PlatterProcess server;
    private LinuxGuest guest;

    @BeforeAll
    void boot() throws Exception {
        folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "data").toRealPath();
        socket = folder.resolve("sock");
        server =
                PlatterProcess.serve(
                        folder,
                        socket,
                        "file=" + image("system") + ",size=96M,cache=none,serial=system",
                        "file=" + image("scratch") + ",size=64M,cache=directsync,serial=scratch",
                        "file=" + image("thin") + ",size=64M,discard=unmap,dpofua=on,serial=thin",
                        "file="
                                + image("big")
                                + ",size=64M,logical_block_size=4096,serial=big,target=7,lun=3",
                        "file=" + image("zero") + ",size=64M,target=7,lun=0");
        guest =
                LinuxGuest.builder()
                        .allowReboot()
                        .tools(GuestTools.FIO)
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

    @Test
    @Order(1)
    void inquiryTellsVendorProductAndSerial() throws IOException {
        assertThat(guest.output("sg_inq " + generic(SYSTEM)))
                .contains("Vendor identification: PLATTER")
                .contains("Product identification: ")
                .contains("Unit serial number: system");
    }

    @Test
    @Order(1)
    void vitalProductDataPagesAgreeWithTheDisk() throws IOException {
        String thin = generic(THIN);
        assertThat(guest.output("sg_vpd -p sv " + thin))
                .contains("Unit serial number")
                .contains("Device identification")
                .contains("Block limits")
                .contains("Block device characteristics")
                .contains("Logical block provisioning");
        assertThat(guest.output("sg_vpd -p sn " + thin)).contains("Unit serial number: thin");
        assertThat(guest.output("sg_vpd -p di " + thin)).contains("designator").contains("PLATTER");
        assertThat(guest.output("sg_vpd -p bl " + thin))
                .contains("Maximum unmap LBA count: ")
                .doesNotContain("Maximum unmap LBA count: 0 ");
        assertThat(guest.output("sg_vpd -p lbpv " + thin))
                .contains("Unmap command supported (LBPU): 1")
                .contains("Write same (16) with unmap bit supported (LBPWS): 1");
        guest.output("sg_vpd -p bdc " + thin);
    }

    @Test
    @Order(1)
    void modePagesShowTheWriteCacheAndFua() throws IOException {
        assertThat(cachingPage(SYSTEM)).startsWith("08 12 04");
        assertThat(cachingPage(SCRATCH)).startsWith("08 12 00");
        assertThat(guest.output("sg_modes -p 8 " + generic(THIN))).contains("DpoFua=1");
        assertThat(guest.output("sg_modes -p 8 " + generic(SYSTEM))).contains("DpoFua=0");
        assertThat(guest.output("sg_modes -a " + generic(SYSTEM)))
                .contains("Caching")
                .contains("Control");
    }

    /**
     * The page's bytes: the last line that begins with an offset, behind the block descriptor's.
     */
    private String cachingPage(int target) throws IOException {
        return guest.output("sg_modes -p 8 " + generic(target))
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("00 "))
                .map(line -> line.substring(2).strip())
                .reduce((descriptor, page) -> page)
                .orElseThrow();
    }

    @Test
    @Order(1)
    void capacityIsTheImagesOwn() throws IOException {
        assertThat(guest.output("sg_readcap -l " + generic(THIN)))
                .contains("Number of logical blocks=131072")
                .contains("Logical block length=512 bytes")
                .contains("lbpme=1");
        assertThat(guest.output("sg_readcap -l " + guest.disk("big").genericDevice()))
                .contains("Number of logical blocks=16384")
                .contains("Logical block length=4096 bytes");
        assertThat(guest.output("sg_readcap " + generic(SYSTEM)))
                .contains("Number of logical blocks=196608");
    }

    @Test
    @Order(1)
    void reportLunsNamesEveryUnitOfTheTarget() throws IOException {
        assertThat(guest.output("sg_luns " + guest.disk(7, 0).genericDevice()))
                .contains("0000000000000000")
                .contains("0003000000000000");
        assertThat(guest.disk("big").lun()).isEqualTo(3);
    }

    @Test
    @Order(1)
    void synchronizeCacheSucceedsOnEveryDisk() throws IOException {
        for (GuestDisk disk : guest.disks()) {
            guest.output(
                    "sg_sync "
                            + disk.genericDevice()
                            + " && sg_sync --16 "
                            + disk.genericDevice()
                            + " && sg_turs "
                            + disk.genericDevice());
        }
    }

    @Test
    @Order(2)
    void unmapReleasesAndZeroesItsRangeAlone() throws IOException {
        String device = guest.disk(THIN, 0).device();
        String generic = generic(THIN);
        guest.output(
                "yes platter | head -c 3m | dd of="
                        + device
                        + " bs=1M oflag=direct iflag=fullblock status=none");
        guest.output("sg_unmap --lba=2048 --num=2048 --force " + generic);
        assertThat(guest.output(sum(device, 0, 1)))
                .isEqualTo(guest.output("yes platter | head -c 1m | md5sum"));
        assertThat(guest.output(sum(device, 1, 1)))
                .isEqualTo(guest.output("head -c 1m /dev/zero | md5sum"));
        assertThat(guest.output(sum(device, 2, 1)))
                .isEqualTo(guest.output("yes platter | head -c 3m | tail -c 1m | md5sum"));
    }

    @Test
    @Order(2)
    void writeSameFillsItsRangeAlone() throws IOException {
        String device = guest.disk(SCRATCH, 0).device();
        String generic = generic(SCRATCH);
        guest.output(
                "head -c 3m /dev/zero | dd of="
                        + device
                        + " bs=1M oflag=direct iflag=fullblock status=none");
        guest.output("yes x | head -c 512 > /tmp/block");
        guest.output("sg_write_same --10 --in=/tmp/block --lba=2048 --num=2048 " + generic);
        String filled = guest.output("yes x | head -c 1m | md5sum");
        assertThat(guest.output(sum(device, 0, 1)))
                .isEqualTo(guest.output("head -c 1m /dev/zero | md5sum"));
        assertThat(guest.output(sum(device, 1, 1))).isEqualTo(filled);
        assertThat(guest.output(sum(device, 2, 1)))
                .isEqualTo(guest.output("head -c 1m /dev/zero | md5sum"));
        guest.output("sg_write_same --16 --ndob --lba=2048 --num=1024 " + generic);
        assertThat(guest.output(sum(device, 1, 1)))
                .isEqualTo(guest.output("(head -c 512k /dev/zero; yes x | head -c 512k) | md5sum"));
    }

    private static String sum(String device, int skipMebibytes, int mebibytes) {
        return "dd if="
                + device
                + " bs=1M iflag=direct skip="
                + skipMebibytes
                + " count="
                + mebibytes
                + " status=none | md5sum";
    }

    @Test
    @Order(3)
    void fioVerifiesRandomWritesOnTwoDisksAtOnce() throws IOException {
        String job =
                " --rw=randwrite --bs=4k --size=64m --direct=1 --ioengine=libaio --iodepth=16 --verify=crc32c --verify_fatal=1";
        String out =
                guest.output(
                        "fio --name=a --filename="
                                + guest.disk(SCRATCH, 0).device()
                                + job
                                + " --name=b --filename="
                                + guest.disk("big").device()
                                + job,
                        LONG);
        assertThat(out.lines().filter(line -> line.contains("err= 0"))).hasSize(2);
    }

    @Test
    @Order(4)
    void aFileSystemSurvivesARebootOfTheGuestUnharmed() throws IOException {
        String device = guest.disk(SYSTEM, 0).device();
        guest.output("mkfs.ext4 -q " + device + " && mount " + device + " /mnt");
        String written =
                guest.output(
                        "dd if=/dev/urandom of=/mnt/data bs=1M count=16 status=none; md5sum < /mnt/data; sync");
        guest.reboot(LONG);
        String again = guest.disk(SYSTEM, 0).device();
        guest.output("e2fsck -fn " + again);
        assertThat(
                        guest.output(
                                "mount -o ro "
                                        + again
                                        + " /mnt && md5sum < /mnt/data && umount /mnt"))
                .isEqualTo(written);
    }

    @Test
    @Order(5)
    void aRebootRestoresTheConfiguredWriteCache() throws IOException {
        guest.disk(SYSTEM, 0).setCacheType(CacheType.WRITE_THROUGH);
        guest.disk(SCRATCH, 0).setCacheType(CacheType.WRITE_BACK);
        guest.reboot(LONG);
        assertThat(guest.disk(SYSTEM, 0).cacheType()).isEqualTo(CacheType.WRITE_BACK);
        assertThat(guest.disk(SCRATCH, 0).cacheType()).isEqualTo(CacheType.WRITE_THROUGH);
    }

    @Test
    @Order(6)
    void aSecondGuestAttachesAfterTheFirstWithoutARestart() throws Exception {
        guest.close();
        guest =
                LinuxGuest.builder()
                        .consoleLog(folder.resolve("console2"))
                        .qemu(QemuDevices.vhostUserScsi("platter", socket, 4))
                        .boot();
        assertThat(guest.disks()).hasSize(5);
        guest.output("e2fsck -fn " + guest.disk(SYSTEM, 0).device());
    }

    @Test
    @Order(7)
    void theServerEndsInGoodOrderAndRemovesItsSocket() throws Exception {
        guest.shutdown(LONG);
        server.terminate();
        assertThat(server.awaitExit()).isZero();
        assertThat(socket).doesNotExist();
        assertThat(server.errors().lines().filter(line -> line.contains("ERROR"))).isEmpty();
    }

    private String generic(int target) throws IOException {
        return guest.disk(target, 0).genericDevice();
    }

    private Path image(String name) {
        return folder.resolve(name + ".raw");
    }
}
