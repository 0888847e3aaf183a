package dev.platter.cli.doctor;

import dev.platter.backend.uring.UringBackendProvider;
import dev.platter.guest.GuestTools;
import dev.platter.linux.Kernel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What this machine offers, whatever the image. */
final class MachineCheck {
    private static final int OLDEST_JDK = 22;
    private static final int RWF_DSYNC_MAJOR = 4;
    private static final int RWF_DSYNC_MINOR = 7;
    private static final long MEBIBYTE = 1 << 20;

    private MachineCheck() {}

    static List<Finding> findings() {
        return List.of(
                jdk(), kernel(), ioUring(), submissionThread(), lockedMemory(), qemu(), guest());
    }

    private static Finding jdk() {
        String found = Runtime.version() + " at " + System.getProperty("java.home");
        return Runtime.version().feature() >= OLDEST_JDK
                ? Finding.ok("JDK", found)
                : Finding.bad("JDK", found + "; Platter needs release " + OLDEST_JDK + " or later");
    }

    private static Finding kernel() {
        return Kernel.atLeast(RWF_DSYNC_MAJOR, RWF_DSYNC_MINOR)
                ? Finding.ok(
                        "kernel", "Linux " + Kernel.release() + ", has pwritev2 with RWF_DSYNC")
                : Finding.note(
                        "kernel",
                        "Linux "
                                + Kernel.release()
                                + ", too old for RWF_DSYNC; durable writes take an fdatasync each");
    }

    private static Finding ioUring() {
        UringBackendProvider uring = new UringBackendProvider();
        return uring.unavailable().isEmpty()
                ? Finding.ok(
                        "io_uring",
                        uring.diagnosis() + "; the oldest kernel that will do is Linux 5.13")
                : Finding.note("io_uring", uring.diagnosis() + "; the posix backend is used");
    }

    private static Finding submissionThread() {
        Optional<String> refusal = new UringBackendProvider().refusesSubmissionThread();
        return refusal.isEmpty()
                ? Finding.ok("sqpoll", "a thread of the kernel can take submissions (sqpoll=on)")
                : Finding.note("sqpoll", refusal.get());
    }

    private static Finding lockedMemory() {
        long limit = Kernel.lockedMemoryLimitBytes();
        String text = limit < 0 ? "unlimited" : limit / MEBIBYTE + " MiB";
        return Finding.ok(
                "locked memory",
                text
                        + "; registered-buffers=on locks all guest memory, once for each queue, and"
                        + " loses data of a guest with virtio-balloon, virtio-mem or postcopy;"
                        + " without it none is locked");
    }

    private static Finding qemu() {
        try {
            Process process =
                    new ProcessBuilder("qemu-system-x86_64", "--version")
                            .redirectErrorStream(true)
                            .start();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor(10, TimeUnit.SECONDS);
            return Finding.ok("QEMU", said.lines().findFirst().orElse("installed"));
        } catch (IOException e) {
            return Finding.note(
                    "QEMU",
                    "qemu-system-x86_64 is not installed; any other vhost-user-scsi front-end will do");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Finding.note("QEMU", "interrupted while asking for its version");
        }
    }

    private static Finding guest() {
        return GuestTools.missing(List.of(GuestTools.FIO))
                .map(
                        reason ->
                                Finding.note(
                                        "demo guest",
                                        reason + "; platter demo then plays the guest itself"))
                .orElse(
                        Finding.ok(
                                "demo guest",
                                "kernel and tools are here; platter demo boots a Linux guest"));
    }
}
