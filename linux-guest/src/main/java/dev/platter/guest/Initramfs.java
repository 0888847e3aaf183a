package dev.platter.guest;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The guest's initial RAM disk: a static busybox, kernel modules, host programs with their
 * libraries, and our init. Not compressed: under emulation unpacking costs more than reading.
 */
final class Initramfs {
    private static final List<String> MODULES =
            List.of(
                    "virtio_pci",
                    "virtio_console",
                    "scsi_mod",
                    "sd_mod",
                    "sg",
                    "virtio_scsi",
                    "ext4");
    private static final List<String> OPTIONAL_MODULES = List.of("crc32c_generic");
    private static final int FORMAT = 1;
    private static final int KEPT_IMAGES = 4;

    private final GuestKernel kernel;
    private final Path busybox;
    private final Set<Path> programs = new LinkedHashSet<>();
    private final Set<String> modules = new LinkedHashSet<>(MODULES);
    private final Map<String, Path> files = new LinkedHashMap<>();
    private final byte[] init;

    Initramfs(GuestKernel kernel, Collection<String> tools, Collection<String> extraModules)
            throws IOException, GuestUnavailableException {
        this.kernel = kernel;
        busybox = program(GuestTools.BUSYBOX);
        for (String tool : tools) {
            programs.add(program(tool));
        }
        modules.addAll(extraModules);
        try (InputStream script = Initramfs.class.getResourceAsStream("init.sh")) {
            init = script.readAllBytes();
        }
    }

    /** Takes more files along, each by its name in the guest without a leading slash. */
    void add(Map<String, Path> more) {
        files.putAll(more);
    }

    /**
     * The image's file in the cache folder, written only when none of the same ingredients is
     * there.
     */
    Path file() throws IOException {
        Path folder = ToolsFolder.get().resolve("initramfs");
        Files.createDirectories(folder);
        Path image = folder.resolve(fingerprint() + ".cpio");
        if (Files.exists(image)) {
            Files.setLastModifiedTime(image, FileTime.from(Instant.now()));
            return image;
        }
        Path unfinished = Files.createTempFile(folder, "unfinished", null);
        try {
            write(unfinished);
            Files.move(unfinished, image, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
        forgetOldImages(folder);
        return image;
    }

    static Path program(String name) throws GuestUnavailableException {
        return HostPrograms.find(name)
                .orElseThrow(
                        () ->
                                new GuestUnavailableException(
                                        "the guest needs the program "
                                                + name
                                                + ": run scripts/install-test-tools"));
    }

    private void write(Path file) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
                CpioArchive archive = new CpioArchive(out)) {
            for (String folder :
                    List.of("bin", "dev", "proc", "sys", "run", "tmp", "mnt", "root")) {
                archive.directory(folder);
            }
            archive.characterDevice("dev/console", 5, 1);
            archive.file("init", init);
            writeProgram(archive, "bin/busybox", busybox);
            archive.symbolicLink("bin/sh", "busybox");
            for (Path program : programs) {
                writeProgram(archive, "usr/bin/" + program.getFileName(), program);
            }
            for (Map.Entry<String, Path> one : files.entrySet()) {
                archive.file(one.getKey(), one.getValue());
            }
            writeModules(archive);
        }
    }

    private static void writeProgram(CpioArchive archive, String name, Path program)
            throws IOException {
        archive.file(name, program);
        for (Path library : HostPrograms.librariesOf(program)) {
            archive.file(library.toString().substring(1), library);
        }
    }

    /** Numbered, so that the shell's own sorting is the loading order. */
    private void writeModules(CpioArchive archive) throws IOException {
        int number = 100;
        Map<String, byte[]> images =
                new KernelModules(kernel).inLoadOrder(modules, OPTIONAL_MODULES);
        for (Map.Entry<String, byte[]> module : images.entrySet()) {
            archive.file("modules/" + number++ + "-" + module.getKey() + ".ko", module.getValue());
        }
    }

    /**
     * Stands for the content by name, size and time of every ingredient; packages never change a
     * file in place.
     */
    private String fingerprint() throws IOException {
        List<String> ingredients = new ArrayList<>();
        ingredients.add("format " + FORMAT);
        ingredients.add(new String(init, StandardCharsets.UTF_8));
        ingredients.addAll(modules);
        ingredients.add(identity(kernel.image()));
        ingredients.add(identity(busybox));
        for (Path program : programs) {
            ingredients.add(identity(program));
        }
        for (Map.Entry<String, Path> file : files.entrySet()) {
            ingredients.add(file.getKey() + " " + identity(file.getValue()));
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] hash =
                    digest.digest(String.join("\0", ingredients).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 10);
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every JDK has SHA-256", impossible);
        }
    }

    private static String identity(Path file) throws IOException {
        Path real = file.toRealPath();
        return file
                + " "
                + real
                + " "
                + Files.size(real)
                + " "
                + Files.getLastModifiedTime(real).toMillis();
    }

    private static void forgetOldImages(Path folder) throws IOException {
        List<Path> images = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.cpio")) {
            files.forEach(images::add);
        }
        images.sort(Comparator.comparing(Initramfs::lastUsed).reversed());
        for (Path old : images.subList(Math.min(KEPT_IMAGES, images.size()), images.size())) {
            Files.deleteIfExists(old);
        }
    }

    private static FileTime lastUsed(Path image) {
        try {
            return Files.getLastModifiedTime(image);
        } catch (IOException goneMeanwhile) {
            return FileTime.fromMillis(0);
        }
    }
}
