package dev.platter.conformance.crashfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.conformance.crashfs.FuseMount.Patience;
import dev.platter.linux.LinuxFileCalls;
import dev.platter.linux.OpenFlags;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** However a user of the crash file system ends, no mount is left and nobody hangs. */
@Timeout(120)
class MountEndTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @BeforeAll
    static void require() {
        CrashFiles.require();
    }

    /** Mounts, tells where, and then does what its argument says. */
    static final class Victim {
        private Victim() {}

        @SuppressWarnings("MustBeClosedChecker")
        public static void main(String[] arguments) throws Exception {
            CrashFileSystem fs = CrashFileSystem.mount(true, new Patience(30_000, 4));
            fs.create("disk", 4096);
            System.out.println(fs.directory());
            if (arguments[0].equals("hang")) {
                fs.faults().delay(OperationKind.FSYNC, 1, Duration.ofSeconds(5));
                try (Arena arena = Arena.ofConfined()) {
                    LinuxFileCalls calls = new LinuxFileCalls(arena);
                    int fd = calls.open(fs.path("disk").toString(), OpenFlags.O_RDWR, 0);
                    System.out.println("hanging");
                    calls.fdatasync(fd);
                }
            } else if (arguments[0].equals("exit")) {
                System.exit(0);
            }
            Thread.sleep(100_000);
        }
    }

    private static Process victim(String what) throws Exception {
        return new ProcessBuilder(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Victim.class.getName(),
                                what))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void awaitUnmounted(String folder) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (mounted(folder) || Files.exists(Path.of(folder))) {
            assertThat(System.nanoTime()).as(folder + " is still there").isLessThan(end);
            Thread.sleep(20);
        }
    }

    private static boolean mounted(String folder) throws Exception {
        return Files.readString(Path.of("/proc/self/mounts")).contains(" " + folder + " ");
    }

    private static BufferedReader output(Process process) {
        return new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    @Test
    void aKilledVirtualMachineLeavesNoMount() throws Exception {
        Process process = victim("wait");
        String folder = output(process).readLine();
        assertThat(mounted(folder)).isTrue();
        process.destroyForcibly().waitFor();
        awaitUnmounted(folder);
    }

    @Test
    void oneKilledWhileItHangsInItsOwnFileSystemLeavesNone() throws Exception {
        Process process = victim("hang");
        BufferedReader output = output(process);
        String folder = output.readLine();
        assertThat(output.readLine()).isEqualTo("hanging");
        Thread.sleep(200);
        process.destroyForcibly();
        // A thread that waits for an answer of its own dead server cannot be killed until the guard
        // aborts the connection; it does so when it has heard nothing for a while.
        assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
        awaitUnmounted(folder);
    }

    @Test
    void oneThatExitsWithoutClosingLeavesNone() throws Exception {
        Process process = victim("exit");
        String folder = output(process).readLine();
        assertThat(process.waitFor()).isZero();
        awaitUnmounted(folder);
    }

    @Test
    void theWatchdogEndsARequestThatHangs() throws Exception {
        try (CrashFileSystem fs = CrashFileSystem.mount(true, new Patience(500, 60));
                Arena arena = Arena.ofConfined()) {
            fs.create("disk", 4096);
            LinuxFileCalls calls = new LinuxFileCalls(arena);
            int fd = calls.open(fs.path("disk").toString(), OpenFlags.O_RDWR, 0);
            fs.faults().delay(OperationKind.FSYNC, 1, Duration.ofSeconds(3));
            assertThat(calls.fdatasync(fd)).isNegative();
            assertThat(fs.aborted()).isTrue();
            calls.close(fd);
        }
    }
}
