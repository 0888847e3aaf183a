package dev.platter.it.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.guest.LinuxGuest;
import dev.platter.guest.QemuDevices;
import dev.platter.guest.Result;
import dev.platter.it.support.LibiscsiReport;
import dev.platter.it.support.PlatterProcess;
import dev.platter.it.support.Requires;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * libiscsi's conformance suite against the disk, in a Linux guest: nothing fails, and nothing is
 * skipped but what {@code libiscsi-skips.txt} lists with its reason.
 *
 * <p>{@code -Dlibiscsi.tests=SCSI.Read10} runs a part, for work on it, and judges the failures
 * only.
 */
@Tag("guest")
@Requires(guest = true, programs = LibiscsiGuestTest.TOOL)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LibiscsiGuestTest {
    static final String TOOL = "iscsi-test-cu";
    private static final Duration LIMIT = Duration.ofMinutes(20);
    private static final String ALL = "ALL";

    /** The suite but OverwriteReserved, in which the tool crashes where there is no iSCSI. */
    private static final List<String> SANITIZE =
            List.of(
                    "BlockErase",
                    "BlockEraseReserved",
                    "CryptoErase",
                    "CryptoEraseReserved",
                    "ExitFailureMode",
                    "InvalidServiceAction",
                    "Overwrite",
                    "Readonly",
                    "Reservations",
                    "Reset");

    private static final String TESTS_PROPERTY = "libiscsi.tests";

    private Path folder;
    private PlatterProcess server;
    private LinuxGuest guest;

    @BeforeAll
    void boot() throws Exception {
        folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "libiscsi");
        Path socket = folder.resolve("sock");
        String options = ",size=64M,dpofua=on,discard=unmap";
        server =
                PlatterProcess.serve(
                        folder,
                        socket,
                        disk("disk", 1) + options + ",physical_block_size=512",
                        disk("large", 2) + options + ",physical_block_size=4096",
                        disk("wiped", 3) + options + ",physical_block_size=512",
                        "file=" + image("fixed.raw") + ",readonly=on,serial=fixed");
        guest =
                LinuxGuest.builder()
                        .tools(TOOL)
                        .memoryMebibytes(1024)
                        .consoleLog(folder.resolve("console"))
                        .qemu(QemuDevices.vhostUserScsi("platter", socket, 2))
                        .boot();
    }

    private String disk(String name, int number) {
        return "file="
                + folder.resolve(name + ".raw")
                + ",serial="
                + name
                + ",wwn=0x300000000000000"
                + number;
    }

    private Path image(String name) throws IOException {
        return Files.write(folder.resolve(name), new byte[64 << 20]);
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
    void everySuitePassesOnAWritableDisk() throws Exception {
        judge("disk", run("disk", "--dataloss", ALL));
    }

    /** What only a physical block of several logical ones can show. */
    @Test
    @Order(2)
    void unalignedWriteSamePassesOnLargePhysicalBlocks() throws Exception {
        judge("large", run("large", "--dataloss", "SCSI.WriteSame10,SCSI.WriteSame16"));
    }

    @Test
    @Order(3)
    void theReadOnlySuitePassesOnAReadOnlyDisk() throws Exception {
        judge("fixed", run("fixed", "--dataloss", "SCSI.ReadOnly"));
    }

    @Test
    @Order(4)
    void theSanitizeSuitePassesOnADiskOfItsOwn() throws Exception {
        String all =
                SANITIZE.stream()
                        .map(test -> "SCSI.Sanitize." + test)
                        .collect(Collectors.joining(","));
        judge("wiped", run("wiped", "--dataloss --allow-sanitize", all));
    }

    private static void judge(String disk, LibiscsiReport report) throws IOException {
        System.out.println("libiscsi: " + report + " on the disk \"" + disk + "\"");
        assertThat(report.failed()).isEmpty();
        assertThat(report.passed()).isNotEmpty();
        if (System.getProperty(TESTS_PROPERTY) == null) {
            assertThat(report.skipped().keySet()).isEqualTo(expectedSkips(disk));
        }
    }

    /** The tests that are left out on a disk: its name, the test, and why. */
    private static Set<String> expectedSkips(String disk) throws IOException {
        try (InputStream list = LibiscsiGuestTest.class.getResourceAsStream("libiscsi-skips.txt")) {
            return new String(list.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(disk + " "))
                    .map(line -> line.split(" ", -1)[1])
                    .collect(Collectors.toSet());
        }
    }

    private LibiscsiReport run(String serial, String options, String tests) throws Exception {
        StringBuilder all = new StringBuilder();
        for (String test : System.getProperty(TESTS_PROPERTY, tests).split(",", -1)) {
            String command =
                    String.join(
                            " ",
                            TOOL,
                            options,
                            "--test=" + test,
                            "-V",
                            guest.disk(serial).genericDevice(),
                            "2>&1");
            Result result = guest.run(command, LIMIT);
            all.append(result.output());
        }
        Files.writeString(Path.of("target", "libiscsi-" + serial + ".log"), all);
        return LibiscsiReport.parse(all.toString());
    }
}
