package dev.platter.it.crash;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A loop device over a file, and a file system mounted from it. Only root can have one. */
final class LoopDisk implements AutoCloseable {
    private static final List<String> PLACES = List.of("/usr/sbin", "/sbin", "/usr/bin", "/bin");

    private final String device;
    private final Path mountPoint;
    private boolean mounted;

    private LoopDisk(String device, Path mountPoint) {
        this.device = device;
        this.mountPoint = mountPoint;
    }

    static LoopDisk over(Path file, boolean volatileCache) throws Exception {
        String device = run("losetup", "--find", "--show", file.toString());
        LoopDisk disk = new LoopDisk(device, Files.createTempDirectory("crash-mount"));
        disk.cache(volatileCache);
        return disk;
    }

    /** The kernel keeps this setting when the device is given away, so it is set each time. */
    private void cache(boolean volatileCache) throws IOException {
        Path setting =
                Path.of(
                        "/sys/block",
                        Path.of(device).getFileName().toString(),
                        "queue/write_cache");
        Files.writeString(setting, volatileCache ? "write back" : "write through");
    }

    void format(String fileSystem) throws Exception {
        String force = fileSystem.equals("ext4") ? "-F" : "-f";
        run("mkfs." + fileSystem, "-q", force, device);
    }

    Path mount(String fileSystem, String options) throws Exception {
        run("mount", "-t", fileSystem, "-o", options, device, mountPoint.toString());
        mounted = true;
        return mountPoint;
    }

    @Override
    public void close() throws IOException {
        if (mounted) {
            run("umount", mountPoint.toString());
        }
        cache(true);
        run("losetup", "-d", device);
        Files.delete(mountPoint);
    }

    static boolean installed(String program) {
        return PLACES.stream().anyMatch(place -> Files.isExecutable(Path.of(place, program)));
    }

    static String run(String... command) throws IOException {
        List<String> resolved = new ArrayList<>(List.of(command));
        for (String place : PLACES) {
            if (Files.isExecutable(Path.of(place, command[0]))) {
                resolved.set(0, place + "/" + command[0]);
                break;
            }
        }
        Process process = new ProcessBuilder(resolved).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output.strip());
        }
        return output.strip();
    }
}
