package dev.platter.backend.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.IoFlags;
import dev.platter.linux.LinuxFileCalls;
import dev.platter.linux.LinuxIoUringCalls;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real block devices and file systems, on loop devices; only root can make these. */
@Timeout(120)
class LoopDeviceTest {
    private static final int MIB = 1 << 20;
    private static final List<CacheMode> MODES =
            List.of(CacheMode.WRITETHROUGH, CacheMode.DIRECTSYNC);

    @TempDir(factory = InTarget.class)
    private Path folder;

    private String device = "";
    private boolean mounted;

    @BeforeEach
    void onlyRoot() throws Exception {
        if (!run("id", "-u").output().equals("0")) {
            Disk.skip("only root can make loop devices");
        }
    }

    @AfterEach
    void takeDown() throws Exception {
        if (mounted) {
            runWell("umount", folder.resolve("mnt").toString());
        }
        if (!device.isEmpty()) {
            runWell("losetup", "-d", device);
        }
    }

    private void makeDevice(int mib, String... more) throws Exception {
        Path backing = folder.resolve("backing");
        runWell("truncate", "-s", mib + "M", backing.toString());
        String[] command = {"losetup", "--find", "--show", backing.toString()};
        if (more.length == 1) {
            command = new String[] {"losetup", more[0], "--find", "--show", backing.toString()};
        }
        Outcome outcome = run(command);
        if (outcome.exitCode() != 0) {
            Disk.skip("no loop device can be had: " + outcome.output());
        }
        device = outcome.output();
    }

    private static BackendOptions existing(String path, CacheMode mode, boolean readOnly) {
        return new BackendOptions(path, mode, readOnly, true, OptionalLong.empty(), Map.of());
    }

    @ParameterizedTest
    @CsvSource({"mkfs.xfs, 320, xfs, RWF_DSYNC", "mkfs.btrfs, 128, btrfs, write and fdatasync"})
    void theFileSystemDecidesAndTheDiskWorksThere(
            String mkfs, int mib, String name, String strategy) throws Exception {
        makeDevice(mib);
        if (!Files.isExecutable(Path.of("/usr/sbin", mkfs))
                && !Files.isExecutable(Path.of("/sbin", mkfs))) {
            Disk.skip(mkfs + " is not installed");
        }
        runWell(mkfs, "-q", device);
        Path mountPoint = Files.createDirectory(folder.resolve("mnt"));
        Outcome mount = run("mount", "-t", name, device, mountPoint.toString());
        if (mount.exitCode() != 0) {
            Disk.skip("the kernel does not mount " + name + ": " + mount.output());
        }
        mounted = true;
        if (name.equals("btrfs")) {
            Path image = mountPoint.resolve("forced.raw");
            assertThatThrownBy(
                            () ->
                                    Disk.open(
                                            Disk.options(
                                                    image, CacheMode.DIRECTSYNC, 16 * MIB, "rwf")))
                    .isInstanceOf(BackendException.class)
                    .hasMessageContaining("btrfs loses such writes");
            assertThat(image).doesNotExist();
        }
        for (CacheMode mode : MODES) {
            Path image = mountPoint.resolve(mode + ".raw");
            try (Disk disk = Disk.open(Disk.options(image, mode, 16 * MIB, null))) {
                assertThat(disk.backend.description()).contains(", " + name + ", ", strategy);
                assertThat(disk.backend.limits().discardReadsZero()).isTrue();
                exercise(disk);
            }
        }
    }

    @Test
    void aRawBlockDeviceIsWrittenAndSynchronised() throws Exception {
        makeDevice(16);
        for (CacheMode mode : MODES) {
            try (Disk disk = Disk.open(existing(device, mode, false))) {
                assertThat(disk.backend.sizeBytes()).isEqualTo(16 * MIB);
                assertThat(disk.backend.description())
                        .contains(", block device, ", "write-through by ");
                assertThat(disk.backend.limits().discardReadsZero()).isFalse();
                assertThat(disk.backend.limits().discardGranularityBytes()).isPositive();
                exercise(disk);
                assertThat(disk.queue.statistics().durableWrites()).isPositive();
                assertThatThrownBy(() -> Disk.open(existing(device, mode, false)))
                        .isInstanceOf(BackendException.class)
                        .hasMessageContaining("in use by another process");
            }
        }
    }

    @Test
    void aDeviceOfLargeBlocksTakesNoSmallerRequests() throws Exception {
        makeDevice(16, "--sector-size=4096");
        for (CacheMode mode : MODES) {
            try (Disk disk = Disk.open(existing(device, mode, false))) {
                assertThat(disk.backend.limits().requestAlignmentBytes()).isEqualTo(4096);
                assertThat(disk.write(512, 512, 1, IoFlags.NONE)).isNegative();
                assertThat(disk.write(4096, 4096, 1, IoFlags.FUA)).isEqualTo(4096);
            }
        }
    }

    @Test
    void aReadOnlyDeviceIsNotOpenedForWriting() throws Exception {
        makeDevice(16, "--read-only");
        assertThatThrownBy(
                        () ->
                                UringBackend.open(
                                        existing(device, CacheMode.WRITEBACK, false),
                                        LinuxFileCalls::new,
                                        LinuxIoUringCalls::new))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("readonly=on");
        try (Disk disk = Disk.open(existing(device, CacheMode.NONE, true))) {
            assertThat(disk.read(0, disk.vector(disk.memory(4096)))).isEqualTo(4096);
        }
    }

    private static void exercise(Disk disk) {
        assertThat(disk.write(MIB, MIB, 7, IoFlags.FUA)).isEqualTo(MIB);
        MemorySegment misaligned = disk.memory(MIB + 1).asSlice(1).fill((byte) 8);
        assertThat(disk.write(3 * MIB, disk.vector(misaligned), IoFlags.FUA)).isEqualTo(MIB);
        assertThat(disk.zero(MIB, 65536, IoFlags.FUA)).isZero();
        assertThat(disk.zero(MIB + 65536, 65536, IoFlags.FUA | IoFlags.MAY_UNMAP)).isZero();
        assertThat(disk.discard(5 * MIB, MIB, IoFlags.FUA)).isZero();
        assertThat(disk.flush()).isZero();
        MemorySegment back = disk.memory(MIB);
        assertThat(disk.read(MIB, disk.vector(back))).isEqualTo(MIB);
        assertThat(back.asSlice(0, 131072).mismatch(disk.memory(131072))).isEqualTo(-1);
        assertThat(back.asSlice(131072).mismatch(disk.filled(MIB - 131072, 7))).isEqualTo(-1);
        assertThat(disk.read(3 * MIB, disk.vector(back))).isEqualTo(MIB);
        assertThat(back.mismatch(disk.filled(MIB, 8))).isEqualTo(-1);
    }

    private record Outcome(int exitCode, String output) {}

    private static Outcome run(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().merge("PATH", "/usr/sbin:/sbin", (path, more) -> path + ":" + more);
        builder.command().set(0, resolved(command[0]));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), output.strip());
    }

    private static String resolved(String program) {
        for (String place : List.of("/usr/sbin", "/sbin", "/usr/bin", "/bin")) {
            Path path = Path.of(place, program);
            if (Files.isExecutable(path)) {
                return path.toString();
            }
        }
        return program;
    }

    private static void runWell(String... command) throws IOException, InterruptedException {
        Outcome outcome = run(command);
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    }
}
