package dev.platter.it.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.guest.CacheType;
import dev.platter.guest.GuestDisk;
import dev.platter.guest.GuestTools;
import dev.platter.guest.LinuxGuest;
import dev.platter.it.support.PlatterProcess;
import dev.platter.it.support.Requires;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a Linux guest stores is what it finds again: file systems, reboots, verified random I/O, and
 * what the SCSI utilities say of the disks. The tests share a guest with two servers, one on split
 * rings and one on packed ones, and four queues on each; the tests that end it come last.
 */
@Tag("guest")
@Requires(guest = true, programs = GuestTools.FIO)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DataGuestTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final String SYSTEM = "system";
    private static final String SCRATCH = "scratch";
    private static final String THIN = "thin";
    private static final String BIG = "big";
    private static final int QUEUES = 4;

    /** The largest. */
    private static final int QUEUE_SIZE = 1024;

    private static final int DISKS = 5;

    private final Map<Rings, PlatterProcess> servers = new EnumMap<>(Rings.class);

    /** By serial number: to ask the guest each time takes longer than most tests. */
    private final Map<String, GuestDisk> disks = new HashMap<>();

    private Path folder;
    private LinuxGuest guest;

    @BeforeAll
    void boot() throws Exception {
        folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "data").toRealPath();
        for (Rings rings : Rings.values()) {
            servers.put(rings, serve(rings));
        }
        guest =
                LinuxGuest.builder()
                        .allowReboot()
                        .processors(QUEUES)
                        .tools(GuestTools.FIO)
                        .consoleLog(folder.resolve("console"))
                        .qemu(Rings.SPLIT.controller(socket(Rings.SPLIT), QUEUES, QUEUE_SIZE))
                        .qemu(Rings.PACKED.controller(socket(Rings.PACKED), QUEUES, QUEUE_SIZE))
                        .boot();
        guest.disks().forEach(disk -> disks.put(disk.serial(), disk));
    }

    private PlatterProcess serve(Rings rings) throws IOException {
        return PlatterProcess.serve(
                folder,
                socket(rings),
                disk(rings, SYSTEM, "size=96M,cache=none"),
                disk(rings, SCRATCH, "size=64M,cache=directsync"),
                disk(rings, THIN, "size=64M,discard=unmap,dpofua=on"),
                disk(rings, BIG, "size=64M,logical_block_size=4096,target=7,lun=3"),
                "file=" + image(rings, "zero") + ",size=64M,target=7,lun=0");
    }

    private String disk(Rings rings, String name, String options) {
        return "file=%s,serial=%s,%s".formatted(image(rings, name), rings.prefix() + name, options);
    }

    private Path socket(Rings rings) {
        return folder.resolve(rings.prefix() + "sock");
    }

    private Path image(Rings rings, String name) {
        return folder.resolve(rings.prefix() + name + ".raw");
    }

    private GuestDisk disk(Rings rings, String name) {
        return disks.get(rings.prefix() + name);
    }

    @AfterAll
    void end() throws IOException {
        if (guest != null) {
            guest.close();
        }
        for (PlatterProcess server : servers.values()) {
            server.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    @Order(1)
    void theGuestUsesTheRingsAndQueuesItWasGiven(Rings rings) throws IOException {
        rings.assertInUse(guest, disk(rings, SYSTEM), QUEUES);
    }

    @ParameterizedTest
    @EnumSource
    @Order(1)
    void inquiryTellsVendorProductAndSerial(Rings rings) throws IOException {
        assertThat(guest.output("sg_inq " + generic(rings, SYSTEM)))
                .contains("Vendor identification: PLATTER")
                .contains("Product identification: ")
                .contains("Unit serial number: " + rings.prefix() + "system");
    }

    @ParameterizedTest
    @EnumSource
    @Order(1)
    void vitalProductDataPagesAgreeWithTheDisk(Rings rings) throws IOException {
        String thin = generic(rings, THIN);
        assertThat(guest.output("sg_vpd -p sv " + thin))
                .contains("Unit serial number")
                .contains("Device identification")
                .contains("Block limits")
                .contains("Block device characteristics")
                .contains("Logical block provisioning");
        assertThat(guest.output("sg_vpd -p sn " + thin))
                .contains("Unit serial number: " + rings.prefix() + "thin");
        assertThat(guest.output("sg_vpd -p di " + thin)).contains("designator").contains("PLATTER");
        assertThat(guest.output("sg_vpd -p bl " + thin))
                .contains("Maximum unmap LBA count: ")
                .doesNotContain("Maximum unmap LBA count: 0 ");
        assertThat(guest.output("sg_vpd -p lbpv " + thin))
                .contains("Unmap command supported (LBPU): 1")
                .contains("Write same (16) with unmap bit supported (LBPWS): 1");
        guest.output("sg_vpd -p bdc " + thin);
    }

    @ParameterizedTest
    @EnumSource
    @Order(1)
    void modePagesShowTheWriteCacheAndFua(Rings rings) throws IOException {
        assertThat(cachingPage(rings, SYSTEM)).startsWith("08 12 04");
        assertThat(cachingPage(rings, SCRATCH)).startsWith("08 12 00");
        assertThat(guest.output("sg_modes -p 8 " + generic(rings, THIN))).contains("DpoFua=1");
        assertThat(guest.output("sg_modes -p 8 " + generic(rings, SYSTEM))).contains("DpoFua=0");
        assertThat(guest.output("sg_modes -a " + generic(rings, SYSTEM)))
                .contains("Caching")
                .contains("Control");
    }

    /**
     * The page's bytes: the last line that begins with an offset, behind the block descriptor's.
     */
    private String cachingPage(Rings rings, String name) throws IOException {
        return guest.output("sg_modes -p 8 " + generic(rings, name))
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("00 "))
                .map(line -> line.substring(2).strip())
                .reduce((descriptor, page) -> page)
                .orElseThrow();
    }

    @ParameterizedTest
    @EnumSource
    @Order(1)
    void capacityIsTheImagesOwn(Rings rings) throws IOException {
        assertThat(guest.output("sg_readcap -l " + generic(rings, THIN)))
                .contains("Number of logical blocks=131072")
                .contains("Logical block length=512 bytes")
                .contains("lbpme=1");
        assertThat(guest.output("sg_readcap -l " + disk(rings, BIG).genericDevice()))
                .contains("Number of logical blocks=16384")
                .contains("Logical block length=4096 bytes");
        assertThat(guest.output("sg_readcap " + generic(rings, SYSTEM)))
                .contains("Number of logical blocks=196608");
    }

    @ParameterizedTest
    @EnumSource
    @Order(1)
    void reportLunsNamesEveryUnitOfTheTarget(Rings rings) throws IOException {
        int host = disk(rings, BIG).host();
        GuestDisk zero =
                guest.disks().stream()
                        .filter(disk -> disk.address().equals(host + ":0:7:0"))
                        .findFirst()
                        .orElseThrow();
        assertThat(guest.output("sg_luns " + zero.genericDevice()))
                .contains("0000000000000000")
                .contains("0003000000000000");
        assertThat(disk(rings, BIG).lun()).isEqualTo(3);
    }

    @Test
    @Order(1)
    void synchronizeCacheSucceedsOnEveryDisk() throws IOException {
        for (GuestDisk disk : guest.disks()) {
            String generic = disk.genericDevice();
            guest.output(
                    "sg_sync %s && sg_sync --16 %s && sg_turs %s"
                            .formatted(generic, generic, generic));
        }
    }

    @ParameterizedTest
    @EnumSource
    @Order(2)
    void unmapReleasesAndZeroesItsRangeAlone(Rings rings) throws IOException {
        String device = disk(rings, THIN).device();
        String generic = generic(rings, THIN);
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

    @ParameterizedTest
    @EnumSource
    @Order(2)
    void writeSameFillsItsRangeAlone(Rings rings) throws IOException {
        String device = disk(rings, SCRATCH).device();
        String generic = generic(rings, SCRATCH);
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
    void fioVerifiesRandomWritesOnTwoDisksOfEachServerAtOnce() throws IOException {
        StringBuilder command = new StringBuilder("fio");
        for (Rings rings : Rings.values()) {
            for (String name : List.of(SCRATCH, BIG)) {
                command.append(
                        " --name=%s --filename=%s --size=32m --rw=randwrite --bs=4k --direct=1"
                                        .formatted(
                                                rings.prefix() + name, disk(rings, name).device())
                                + " --ioengine=libaio --iodepth=16 --verify=crc32c"
                                + " --verify_fatal=1");
            }
        }
        String out = guest.output(command.toString(), LONG);
        assertThat(out.lines().filter(line -> line.contains("err= 0"))).hasSize(4);
    }

    @Test
    @Order(4)
    void fileSystemsSurviveARebootOfTheGuestUnharmed() throws IOException {
        Map<Rings, String> written = new EnumMap<>(Rings.class);
        for (Rings rings : Rings.values()) {
            String device = disk(rings, SYSTEM).device();
            written.put(
                    rings,
                    guest.output(
                            "mkfs.ext4 -q "
                                    + device
                                    + " && mount "
                                    + device
                                    + " /mnt && dd if=/dev/urandom of=/mnt/data bs=1M count=16"
                                    + " status=none; md5sum < /mnt/data; sync && umount /mnt"));
        }
        guest.reboot(LONG);
        for (Rings rings : Rings.values()) {
            rings.assertInUse(guest, disk(rings, SYSTEM), QUEUES);
            String again = disk(rings, SYSTEM).device();
            guest.output("e2fsck -fn " + again);
            assertThat(
                            guest.output(
                                    "mount -o ro "
                                            + again
                                            + " /mnt && md5sum < /mnt/data && umount /mnt"))
                    .isEqualTo(written.get(rings));
        }
    }

    @Test
    @Order(5)
    void aRebootRestoresTheConfiguredWriteCache() throws IOException {
        for (Rings rings : Rings.values()) {
            disk(rings, SYSTEM).setCacheType(CacheType.WRITE_THROUGH);
            disk(rings, SCRATCH).setCacheType(CacheType.WRITE_BACK);
        }
        guest.reboot(LONG);
        for (Rings rings : Rings.values()) {
            assertThat(disk(rings, SYSTEM).cacheType()).isEqualTo(CacheType.WRITE_BACK);
            assertThat(disk(rings, SCRATCH).cacheType()).isEqualTo(CacheType.WRITE_THROUGH);
        }
    }

    /** The second guest is given other rings than the first, and one queue of 16 entries. */
    @Test
    @Order(6)
    void aSecondGuestAttachesAfterTheFirstWithoutARestart() throws Exception {
        guest.close();
        guest =
                LinuxGuest.builder()
                        .consoleLog(folder.resolve("console2"))
                        .qemu(Rings.PACKED.controller(socket(Rings.SPLIT), 1, 16))
                        .qemu(Rings.SPLIT.controller(socket(Rings.PACKED), 1, 16))
                        .boot();
        assertThat(guest.disks()).hasSize(Rings.values().length * DISKS);
        Rings.PACKED.assertInUse(guest, guest.disk(SYSTEM), 1);
        Rings.SPLIT.assertInUse(guest, guest.disk(Rings.PACKED.prefix() + SYSTEM), 1);
        for (Rings rings : Rings.values()) {
            guest.output("e2fsck -fn " + guest.disk(rings.prefix() + SYSTEM).device());
        }
    }

    @Test
    @Order(7)
    void theServersEndInGoodOrderAndRemoveTheirSockets() throws Exception {
        guest.shutdown(LONG);
        for (Rings rings : Rings.values()) {
            PlatterProcess server = servers.get(rings);
            server.terminate();
            assertThat(server.awaitExit()).isZero();
            assertThat(socket(rings)).doesNotExist();
            assertThat(server.errors().lines().filter(line -> line.contains("ERROR"))).isEmpty();
        }
    }

    private String generic(Rings rings, String name) throws IOException {
        return disk(rings, name).genericDevice();
    }
}
